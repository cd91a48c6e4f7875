import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Report } from '@batchmill/contracts';
import { counted } from '../terminal/amounts.ts';

const SHOWN_REASONS = 5;
const LOOKED_AT = 2000;
const LONGEST_MESSAGE = 300;

/**
 * Why rows are not ok: how many for each reason, the most frequent first, each with one row as an example where `file` has
 * the form of `rejects.jsonl`.
 */
export const rejectReasons = async (report: Report, out: string, file = 'rejects.jsonl'): Promise<string[]> => {
  const reasons = Object.entries(report.rejectsByReason).sort(([, a], [, b]) => b - a);
  if (reasons.length === 0) return [];
  const examples = await firstExamples(join(out, file), new Set(reasons.map(([reason]) => reason)));
  const shown = reasons.slice(0, SHOWN_REASONS);
  const more = reasons.length - shown.length;
  return [
    ...shown.map(([reason, rows]) => `  not ok: ${counted(rows, 'row')}, ${reason}${examples.get(reason) ?? ''}`),
    `  ${more > 0 ? `${counted(more, 'more reason')}; every` : 'every'} row that is not ok stands in ${file}`,
  ];
};

type Reject = { key?: string; step?: string; reason?: { code?: string; message?: string } };

const firstExamples = async (file: string, wanted: ReadonlySet<string>): Promise<Map<string, string>> => {
  const examples = new Map<string, string>();
  const stream = createReadStream(file);
  let line = 0;
  try {
    for await (const text of createInterface({ input: stream })) {
      const { key, step, reason } = JSON.parse(text) as Reject;
      const name = [`${step}: ${reason?.code}`, String(reason?.code)].find((one) => wanted.has(one));
      if (name !== undefined && !examples.has(name) && reason?.message !== undefined) {
        const row = key === undefined || key === '' ? '' : ` (row "${key}")`;
        examples.set(name, `: ${reason.message.slice(0, LONGEST_MESSAGE)}${row}`);
      }
      line += 1;
      if (examples.size === wanted.size || line >= LOOKED_AT) break;
    }
  } catch {
    // Only examples: the receipt does without them.
  } finally {
    stream.destroy();
  }
  return examples;
};
