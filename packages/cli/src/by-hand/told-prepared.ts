import { join } from 'node:path';
import { OUTCOMES } from '@batchmill/contracts';
import type { Report, RowView } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { fileLines, shortPath } from '../job/receipt.ts';
import { counted } from '../terminal/amounts.ts';
import type { Prepared } from './prepared-folder.ts';

const SHOWN_REASONS = 5;

/** What stands in a folder now, and what comes next. */
export const preparedLines = (
  prepared: Prepared,
  { cwd, folder, job, reasons }: { cwd: string; folder: string; job: string; reasons: readonly string[] },
): string[] => {
  const short = shortPath(cwd, folder);
  const rows = prepared.requests.reduce((sum, file) => sum + file.rows, 0);
  const files = [...prepared.requests, ...prepared.outputs, prepared.rows].map((file) => ({
    ...file,
    path: file.file,
  }));
  return [
    `${prepared.name}: ${counted(rows, 'request')} of step "${prepared.step}" ${rows === 1 ? 'is' : 'are'} prepared. Nothing was sent. Job ${job}`,
    ...reasons,
    ...fileLines(short, files),
    ...(rows === 0
      ? ['There is nothing to send.']
      : [`Send them:            batchmill batch run ${sent(prepared, short)}`]),
    `Take up the answers:  batchmill collect ${short}   (whatever the files of results in it are called)`,
  ];
};

const sent = ({ requests }: Prepared, folder: string): string => {
  const [first] = requests;
  if (first !== undefined && requests.length === 1) return join(folder, first.file);
  return join(folder, (first?.file ?? '').replace(/_\d+\.jsonl$/, '_*.jsonl'));
};

/** Rows that ended before their request was made, by reason. */
export const endedReasons = async (client: Client, id: string, report: Report, step: string): Promise<string[]> => {
  const reasons = endedBefore(report, step);
  const examples = new Map<string, RowView>();
  for (const outcome of OUTCOMES) {
    if ((report.outcomes[outcome] ?? 0) === 0 || outcome === 'ok' || reasons.length === 0) continue;
    for await (const row of client.allRows(id, { outcome })) {
      const name = `${row.step}: ${row.reason?.code}`;
      if (!examples.has(name)) examples.set(name, row);
      if (reasons.every(([reason]) => examples.has(reason))) break;
    }
  }
  return reasons.slice(0, SHOWN_REASONS).map(([reason, rows]) => {
    const example = examples.get(reason);
    const text = example === undefined ? '' : `: ${example.reason?.message} (row "${example.key}")`;
    return `  not ok: ${counted(rows, 'row')}, ${reason}${text}`;
  });
};

/** The report counts the rows that wait among those that are not ok. */
const endedBefore = (report: Report, step: string): [string, number][] =>
  Object.entries(report.rejectsByReason)
    .filter(([reason]) => reason !== `${step}: prepared`)
    .toSorted(([, a], [, b]) => b - a);
