import { isDeepStrictEqual } from 'node:util';
import type { Json, RowView } from '@batchmill/contracts';

/** What is compared of a row. */
export type SideOfRow = Pick<RowView, 'outcome' | 'reason' | 'fields'>;

/** A value before and after; one that is absent is not there at all, which is something else than null. */
export type Change<Value> = { old?: Value; new?: Value };

/** One row of two jobs side by side. */
export type RowDiff = {
  key: string;
  change: 'changed' | 'unchanged' | 'only-first' | 'only-second';
  outcome: Change<RowView['outcome']>;
  reason?: Change<string>;
  /** Fields that differ; of a row that one job alone has, all of them. */
  fields: Record<string, Change<Json>>;
};

/** Which fields count; undefined = all. */
export type Wanted = ReadonlySet<string> | undefined;

/** `undefined` stands for a job that has no such row. */
export const compareRow = (
  key: string,
  first: SideOfRow | undefined,
  second: SideOfRow | undefined,
  wanted: Wanted,
): RowDiff => {
  const fields: [string, Change<Json>][] = [];
  for (const name of new Set([...Object.keys(first?.fields ?? {}), ...Object.keys(second?.fields ?? {})])) {
    if (wanted?.has(name) === false) continue;
    const change = { ...valueOf('old', first, name), ...valueOf('new', second, name) };
    const isSame = 'old' in change && 'new' in change && isDeepStrictEqual(change.old, change.new);
    if (!isSame) fields.push([name, change]);
  }
  const isSame = fields.length === 0 && first?.outcome === second?.outcome;
  const reason: Change<string> = {
    ...(first?.reason === undefined ? {} : { old: first.reason.message }),
    ...(second?.reason === undefined ? {} : { new: second.reason.message }),
  };
  return {
    key,
    change:
      first === undefined ? 'only-second' : second === undefined ? 'only-first' : isSame ? 'unchanged' : 'changed',
    outcome: {
      ...(first === undefined ? {} : { old: first.outcome }),
      ...(second === undefined ? {} : { new: second.outcome }),
    },
    ...(Object.keys(reason).length === 0 ? {} : { reason }),
    // a field may be named like something that every object has
    fields: Object.fromEntries(fields),
  };
};

const valueOf = (at: 'old' | 'new', side: SideOfRow | undefined, name: string): Change<Json> =>
  side !== undefined && Object.hasOwn(side.fields, name) ? { [at]: side.fields[name] ?? null } : {};
