import { answerFields } from '@batchmill/answer-schema';
import { InputError } from '@batchmill/contracts';
import type { Fields, Json, Outcome } from '@batchmill/contracts';
import { KeyIndex, RowSelector } from '@batchmill/dataset';
import { asTemplate } from '@batchmill/pipeline';
import { TemplateError } from '@batchmill/templates';
import { fieldsOf } from '../row-input.ts';
import type { RowInput } from '../row-input.ts';
import { AnswerBook } from './answer-book.ts';
import type { ParsedResponse } from './parse-responses.ts';

export type MergeOptions = {
  /** Field, or template, that gives a row's key: the `custom_id` of its request. */
  key: string;
  /** Field for the answer, or target field → name in the answer object. */
  into: string | Record<string, string>;
};

/** An item of `parseResponses`, or an answer that was got elsewhere. */
export type AnswerToMerge = ParsedResponse | { customId: string; value: Json };

/** One input row, in order. */
export type MergedRow = {
  kind: 'row';
  /** Number of the row, from 1. */
  line: number;
  key: string | null;
  /** `ok`: the answer was put in. `missing`: there is none. `invalid`: the row has no key of its own. Else what its answer is. */
  outcome: Exclude<Outcome, 'skipped' | 'removed'>;
  /** A new object with the row's fields in their order, and the answer's. */
  row: Fields;
  reason?: { code: string; message: string };
};

export type MergeItem =
  | MergedRow
  /** An id that no row has, or `lines` that do not tell whose they are (`customId` null). */
  | { kind: 'unmatched'; customId: string | null; lines: number }
  /** An id with several answers: an `ok` one counts before a cut or refused one, that before a failure, else the first. */
  | { kind: 'duplicate'; customId: string; lines: number };

/**
 * Puts answers into the rows they belong to: first every row, in order and with all its fields, then what was left over. The
 * answers are read first, whole; the rows one by one, and none is changed. Memory: some 90 bytes an answer and 60 a row; the
 * answers themselves stand in a temporary file.
 * @throws InputError at once where the key is no template
 */
export const mergeAnswers = (
  rows: Iterable<RowInput> | AsyncIterable<RowInput>,
  answers: Iterable<AnswerToMerge> | AsyncIterable<AnswerToMerge>,
  { key, into }: MergeOptions,
): AsyncGenerator<MergeItem, void, undefined> => merge(rows, answers, keyReader(key), into);

type KeyOf = (row: Fields, line: number) => { key: string } | { reason: { code: string; message: string } };

async function* merge(
  rows: Iterable<RowInput> | AsyncIterable<RowInput>,
  answers: Iterable<AnswerToMerge> | AsyncIterable<AnswerToMerge>,
  keyOf: KeyOf,
  into: MergeOptions['into'],
): AsyncGenerator<MergeItem, void, undefined> {
  using book = new AnswerBook();
  for await (const answer of answers) book.add(answer);
  const lines = new KeyIndex();
  let line = 0;
  for await (const given of rows) {
    line += 1;
    const row = fieldsOf(given);
    const found = keyOf(row, line);
    if ('reason' in found) {
      yield { kind: 'row', line, key: null, outcome: 'invalid', row, reason: found.reason };
      continue;
    }
    const { key } = found;
    const first = lines.add(key, line);
    if (first === null) yield { kind: 'row', line, key, ...merged(row, book.take(key), into) };
    else {
      const reason = { code: 'duplicate-key', message: `row ${first} has this key already` };
      yield { kind: 'row', line, key, outcome: 'invalid', row, reason };
    }
  }
  yield* book.duplicates();
  yield* book.untaken();
}

const merged = (
  row: Fields,
  answer: ReturnType<AnswerBook['take']>,
  into: MergeOptions['into'],
): Pick<MergedRow, 'outcome' | 'row' | 'reason'> => {
  if (answer === null)
    return { outcome: 'missing', row, reason: { code: 'missing', message: 'no answer has its key' } };
  if ('reason' in answer) return { outcome: answer.outcome, row, reason: answer.reason };
  const values = answerFields(into, answer.value);
  if (typeof values === 'object') return { outcome: 'ok', row: { ...row, ...values } };
  return { outcome: 'invalid', row, reason: { code: 'schema', message: values } };
};

const keyReader = (key: string): KeyOf => {
  const selector = selectorOf(key);
  return (fields, line) => {
    const taken = selector.take({ file: 'rows', line, fields });
    if (taken === null) throw new Error('a row was not taken though nothing is left out');
    if (taken.kind === 'row') return { key: taken.row.key };
    const { code, message } = taken.problem;
    return { reason: { code, message } };
  };
};

const selectorOf = (key: string): RowSelector => {
  try {
    const source = { format: 'jsonl' as const, paths: [], derive: [] };
    return new RowSelector({ source, key: asTemplate(key), vars: {} });
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new InputError([{ code: 'template', message: cause.message, place: { path: 'key' } }], { cause });
  }
};
