import { relative } from 'node:path';
import { OUTCOMES, totalRows } from '@batchmill/contracts';
import type { JobStatus, Report } from '@batchmill/contracts';
import { count, counted, dollars, duration, fileSize } from '../terminal/amounts.ts';
import { textTable } from '../terminal/text-table.ts';
import { isPriceless, unknownCost } from './unknown-cost.ts';

export type ReceiptFacts = {
  status: JobStatus;
  /** Missing for a job that is not final, or that failed. */
  report: Report | undefined;
  /** Why rows are not ok, a line each. */
  reasons?: readonly string[];
  out: string;
  files: readonly { path: string; rows: number; bytes: number }[];
};

const SHOWN_FILES = 12;

/** What became of the rows, what it cost, where the files are. */
export const receiptLines = ({ status, report, reasons = [], out, files }: ReceiptFacts): string[] => {
  const took = status.endedAt === null ? '' : ` in ${duration(status.endedAt - status.createdAt)}`;
  return [
    `${status.name}: ${headline(status)}${took}. Job ${status.id}`,
    ...textTable(
      [
        ...outcomeCells(status),
        ...reusedCells(report),
        ['  paid', ...costCells(status)],
        ['  paid twice', report === undefined ? 'not known yet' : count(report.paidTwice)],
      ],
      [],
    ),
    ...reasons,
    ...fileLines(out, files),
    ...(report?.warnings ?? []).map((warning) => `  note: ${warning}`),
    ...(status.simulated ? ['The texts are made up: they come from the simulator, and nothing was paid.'] : []),
  ];
};

const headline = (status: JobStatus): string => {
  const rows = totalRows(status.outcomes);
  const ok = status.outcomes.ok ?? 0;
  if (status.state === 'failed') return `failed${status.reason === undefined ? '' : `: ${status.reason}`}`;
  if (status.state === 'cancelled') return `cancelled, ${count(ok)} of ${counted(rows, 'row')} ok`;
  if (rows === 0) return 'no rows (the input holds none)';
  return ok === rows ? `${counted(rows, 'row')}, all ok` : `${count(ok)} of ${counted(rows, 'row')} ok`;
};

const outcomeCells = ({ outcomes }: JobStatus): string[][] =>
  OUTCOMES.filter((outcome) => outcomes[outcome] !== undefined).map((outcome) => [
    `  ${outcome}`,
    counted(outcomes[outcome] ?? 0, 'row'),
  ]);

const reusedCells = (report: Report | undefined): string[][] => {
  const reused = (report?.steps ?? []).reduce((sum, step) => sum + (step.reused ?? 0), 0);
  return reused === 0 ? [] : [['  reused', `${counted(reused, 'answer')} of an earlier job, not paid again`]];
};

const costCells = ({ cost, simulated, steps }: JobStatus): string[] => {
  if (cost.paid === 0 && steps.every(({ mode }) => mode === undefined)) return ['nothing: no model was asked'];
  if (steps.every(({ mode }) => mode === undefined || mode === 'by-hand'))
    return ['nothing here: the answers were got by hand'];
  if (isPriceless(cost)) return [unknownCost(cost, simulated)];
  const isLive = steps.some(({ mode }) => mode === 'live') && steps.every(({ mode }) => mode !== 'batch');
  if (simulated) {
    const against = isLive ? 'asked live, at realtime prices' : `in realtime ${dollars(cost.realtime)}`;
    return [`nothing; with a real key about ${dollars(cost.paid)} (${against})`];
  }
  if (isLive) return [`${dollars(cost.paid)}, at realtime prices (asked live)`];
  const saved = Math.max(0, cost.realtime - cost.paid);
  return [`${dollars(cost.paid)}, saved ${dollars(saved)} against realtime (${dollars(cost.realtime)})`];
};

/** The folder, and its files with their sizes; a long list is cut. */
export const fileLines = (out: string, files: ReceiptFacts['files']): string[] => {
  if (files.length === 0) return ['  no files'];
  const shown = files.slice(0, SHOWN_FILES);
  const more = files.length - shown.length;
  return [
    `  files in ${out}`,
    ...textTable(
      shown.map(({ path, rows, bytes }) => [
        `    ${path}`,
        /\.(?:md|html)$|(?:^|\.)report\.json$/.test(path) ? '' : counted(rows, 'row'),
        fileSize(bytes),
      ]),
      [1, 2],
    ),
    ...(more > 0 ? [`    and ${counted(more, 'more file')}`] : []),
  ];
};

/** A path as a person in the folder `cwd` would write it. */
export const shortPath = (cwd: string, path: string): string => {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') || fromHere === '' ? path : `./${fromHere}`;
};
