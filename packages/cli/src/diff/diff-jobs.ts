import { isFinalState } from '@batchmill/contracts';
import type { JobStatus, JobSummary } from '@batchmill/contracts';
import { didYouMean } from '@batchmill/pipeline';
import type { Client } from '@batchmill/sdk';
import { UsageError } from '../terminal/usage-error.ts';
import type { RowDiff } from './compare-row.ts';
import { diffRows } from './diff-rows.ts';
import { DiffCounter } from './diff-summary.ts';
import type { DiffSummary } from './diff-summary.ts';

export type DiffOptions = {
  /** Only these fields count, beside the outcome. */
  fields?: readonly string[];
  /** Unchanged rows are given too. */
  all: boolean;
};

/** Names that are remembered, to suggest one of them. */
const MOST_NAMES = 1000;

/** Rows of a page: the fields of each come along. */
const PAGE_ROWS = 500;

/**
 * Compares the rows of two jobs, and tells each one that differs. Of a job that still runs only those rows count whose way
 * has ended. @throws UsageError where the two cannot be compared
 */
export const diffJobs = async (
  client: Client,
  [first, second]: readonly [JobSummary, JobSummary],
  { fields, all }: DiffOptions,
  tell: (row: RowDiff) => Promise<void> | void,
): Promise<DiffSummary> => {
  if (first.id === second.id)
    throw new UsageError(`Both are job ${first.id}. Name two jobs: \`batchmill jobs\` lists them.`);
  const before = [await client.job(first.id), await client.job(second.id)];
  for (const status of before) mustHaveRows(status);
  const wanted = fields === undefined ? undefined : new Set(fields);
  const names = new Set<string>();
  const rowsOf = async function* (id: string) {
    for await (const row of client.allRows(id, { limit: PAGE_ROWS })) {
      for (const name of Object.keys(row.fields))
        if (wanted?.has(name) === true || (wanted !== undefined && names.size < MOST_NAMES)) names.add(name);
      yield row;
    }
  };
  const counter = new DiffCounter();
  for await (const item of diffRows(rowsOf(first.id), rowsOf(second.id), wanted)) {
    counter.add(item);
    if (item !== 'not-final' && (all || item.change !== 'unchanged')) await tell(item);
  }
  mustKnow(fields ?? [], names);
  return counter.summary(await client.job(first.id), await client.job(second.id));
};

/** A job whose input is not read yet would look as if it had lost all rows. */
const mustHaveRows = ({ id, state, rows }: JobStatus): void => {
  if (rows !== null) return;
  const when = isFinalState(state) ? 'has read no rows' : 'has not read its rows yet';
  throw new UsageError(`Job ${id} (${state}) ${when}: there is nothing to compare.`);
};

const mustKnow = (fields: readonly string[], names: ReadonlySet<string>): void => {
  if (names.size === 0) return;
  const unknown = fields.filter((field) => !names.has(field));
  if (unknown.length === 0) return;
  const lines = unknown.map((field) =>
    [`No row of the two jobs has a field "${field}".`, didYouMean(field, names)].filter(Boolean).join(' '),
  );
  throw new UsageError(lines.join('\n'));
};
