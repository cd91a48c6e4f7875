import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { addCounts, InputError, OUTCOMES, reportSchema, totalRows } from '@batchmill/contracts';
import type { OutcomeCounts, Report } from '@batchmill/contracts';
import { countRows } from './count-rows.ts';
import { sha256OfFile } from './sha256-of-file.ts';

export type Verified = {
  report: Report;
  files: number;
  /** Sentences about what does not add up; empty = the folder is what the job delivered. */
  problems: string[];
};

/** Recounts a delivered folder from its own files alone: checksums, rows per file, outcomes. @throws InputError */
export const verifyFolder = async (folder: string): Promise<Verified> => {
  const report = await readReport(folder);
  const problems: string[] = [];
  for (const file of report.files) {
    const path = join(folder, file.path);
    const found = await stat(path).catch(() => null);
    if (found === null) {
      problems.push(`${file.path} is missing`);
      continue;
    }
    const sha256 = await sha256OfFile(path);
    if (found.size !== file.bytes || sha256 !== file.sha256) {
      problems.push(`${file.path} has changed: ${found.size} bytes, ${file.bytes} were delivered (SHA-256 differs)`);
      continue;
    }
    const rows = await countRows(path, file.path);
    if (rows !== file.rows) problems.push(`${file.path} holds ${rows} rows, the report says ${file.rows}`);
  }
  problems.push(...checkSums(report), ...(await checkRejects(folder, report)));
  return { report, files: report.files.length, problems };
};

const readReport = async (folder: string): Promise<Report> => {
  const path = join(folder, 'report.json');
  try {
    return reportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const remedy = 'Give the folder a job has delivered its files to';
    const problem = {
      code: 'no-report',
      message: 'there is no report that can be read',
      place: { file: path },
      remedy,
    };
    throw new InputError([problem], { cause });
  }
};

/** Rows that entered a step = the sum of its outcomes; rows of the source = the sum of all outcomes, unless multiplied. */
const checkSums = ({ steps, outcomes, rows, paidTwice }: Report): string[] => {
  const problems = steps.flatMap(({ step, entering, outcomes: counts }) => {
    const counted = totalRows(counts);
    return counted === entering ? [] : [`step ${step}: ${entering} rows entered, ${counted} have an outcome`];
  });
  const counted = totalRows(outcomes);
  if (counted < rows.source) problems.push(`${rows.source} rows were read, ${counted} have an outcome`);
  if (paidTwice !== 0) problems.push(`${paidTwice} rows were paid twice`);
  return problems;
};

type RejectLine = { outcome: (typeof OUTCOMES)[number] };

const checkRejects = async (folder: string, { outcomes, files }: Report): Promise<string[]> => {
  if (!files.some(({ path }) => path === 'rejects.jsonl')) return [];
  const text = await readFile(join(folder, 'rejects.jsonl'), 'utf8').catch(() => '');
  let counted: OutcomeCounts = {};
  for (const line of text.split('\n')) {
    if (line !== '') counted = addCounts(counted, { [(JSON.parse(line) as RejectLine).outcome]: 1 });
  }
  return OUTCOMES.flatMap((outcome) => {
    if (outcome === 'ok' || outcome === 'skipped') return [];
    const expected = outcomes[outcome] ?? 0;
    const found = counted[outcome] ?? 0;
    return found === expected ? [] : [`rejects.jsonl holds ${found} ${outcome} rows, the report says ${expected}`];
  });
};
