import type { JobStatus } from '@batchmill/contracts';
import type { DiffItem } from './diff-rows.ts';

type SideOfJob = Pick<JobStatus, 'id' | 'name' | 'state' | 'outcomes' | 'tokens' | 'cost' | 'simulated'>;

export type DiffSummary = {
  /** The first and the second job. */
  jobs: [SideOfJob, SideOfJob];
  /** `notFinal`: left out, since a job is still at them. */
  rows: { changed: number; unchanged: number; onlyFirst: number; onlySecond: number; notFinal: number };
  /** In how many of the rows that both have a field differs; the most first. */
  fields: { field: string; rows: number }[];
  outcomes: { old: string; new: string; rows: number }[];
};

/** Names of fields that are counted one by one; a job has a few. */
const MOST_FIELDS = 1000;

/** Counts while the rows pass. */
export class DiffCounter {
  readonly #rows = { changed: 0, unchanged: 0, onlyFirst: 0, onlySecond: 0, notFinal: 0 };
  readonly #fields = new Map<string, number>();
  readonly #outcomes = new Map<string, { old: string; new: string; rows: number }>();

  add(item: DiffItem): void {
    if (item === 'not-final') {
      this.#rows.notFinal += 1;
      return;
    }
    this.#rows[COUNTED_AS[item.change]] += 1;
    if (item.change !== 'changed') return;
    for (const field of Object.keys(item.fields))
      if (this.#fields.has(field) || this.#fields.size < MOST_FIELDS)
        this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
    const { old = '', new: now = '' } = item.outcome;
    if (old === now) return;
    const counted = this.#outcomes.get(`${old} ${now}`) ?? { old, new: now, rows: 0 };
    this.#outcomes.set(`${old} ${now}`, { ...counted, rows: counted.rows + 1 });
  }

  summary(first: JobStatus, second: JobStatus): DiffSummary {
    const fields = [...this.#fields].map(([field, rows]) => ({ field, rows }));
    return {
      jobs: [sideOf(first), sideOf(second)],
      rows: { ...this.#rows },
      fields: fields.toSorted((a, b) => b.rows - a.rows),
      outcomes: [...this.#outcomes.values()].toSorted((a, b) => b.rows - a.rows),
    };
  }
}

const COUNTED_AS = {
  changed: 'changed',
  unchanged: 'unchanged',
  'only-first': 'onlyFirst',
  'only-second': 'onlySecond',
} as const;

const sideOf = ({ id, name, state, outcomes, tokens, cost, simulated }: JobStatus): SideOfJob => ({
  id,
  name,
  state,
  outcomes,
  tokens,
  cost,
  simulated,
});
