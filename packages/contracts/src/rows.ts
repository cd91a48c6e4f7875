import { z } from 'zod';
import { rowIdSchema } from './ids.ts';
import { outcomeSchema } from './outcomes.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Fields = { [name: string]: Json };

/** One line of a rows blob: a row on its way, in source order. */
export type Row = {
  /** Base36 ordinal, with `_<n>` per expansion; unique in the job. */
  id: string;
  /** The user's key, unique over the input. */
  key: string;
  /** Shard of run 1 in which the row started; part of its custom ids in every run. */
  home: number;
  /** 1-based line or record number in its source file. */
  line: number;
  /** Key of the row it was expanded from, and its position among the copies. */
  parent?: string;
  n?: number;
  fields: Fields;
};

/** One line of a rejects blob: a row whose way ended in this stage, with what it had. */
export type RejectedRow = Row & {
  stage: string;
  step: string;
  outcome: z.infer<typeof outcomeSchema>;
  reason: { code: string; message: string };
  attempts: number;
  /** The provider's raw answer, where there was one. */
  raw?: Json;
};

/** One line of an answers blob: what an attempt gave for one row that is ok. */
export type AnswerLine = { row: string; values: Fields };

/** One line of a failures blob: why a row of an attempt is not ok, whether or not it is asked again. */
export type FailureLine = {
  row: string;
  outcome: z.infer<typeof outcomeSchema>;
  code: string;
  message: string;
  raw?: Json;
  /** What the answer gave, of a row that is removed for it. */
  values?: Fields;
  /** The row was not sent to the provider: this attempt uses up none of `retry.attempts`. */
  uncounted?: true;
};

/** Names no source field may have: they are set by the system. */
export const RESERVED_FIELDS = ['_key', '_line', '_n', '_parent'] as const;

/** Ordinal of the source row, from 0. */
export const ordinalOf = (rowId: string): number => Number.parseInt(rowId.split('_', 1)[0] ?? '', 36);

export const rowIdOf = (ordinal: number): string => ordinal.toString(36);

/** Order of rows in the output: by ordinal, then by position in each expansion. */
export const compareRowIds = (a: string, b: string): number => {
  const left = a.split('_');
  const right = b.split('_');
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const difference = Number.parseInt(left[i] ?? '', 36) - Number.parseInt(right[i] ?? '', 36);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
};

export { rowIdSchema };
