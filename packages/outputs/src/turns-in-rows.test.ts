import { row } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import type { FinalRow } from './final-rows.ts';
import { withTurnsAsMaps } from './turns-in-rows.ts';

const finals: FinalRow[] = [
  { row: row('0', { caption: 'x', dialogue: [{ question: 'Who?', answer: 'A cat' }] }), outcome: 'ok' },
  { row: row('1', { caption: 'y', dialogue: [] }), outcome: 'ok' },
  { row: row('2', { caption: 'z' }), outcome: 'ok' },
];

const rows = async function* (): AsyncGenerator<FinalRow> {
  yield* finals;
};
const types = { caption: 'string', dialogue: 'json', dialogue_complete: 'boolean' };

test('a map and the text of the dialogue stand in the place of the turns, in rows and in types', async () => {
  const output = { format: 'json' as const, rows: 'ok' as const, turnsAsMap: { dialogue: 'question_and_answers' } };
  const seen = withTurnsAsMaps(output, { types, rows });
  expect(Object.entries(seen.types)).toEqual([
    ['caption', 'string'],
    ['question_and_answers', 'json'],
    ['dialogue_history', 'string'],
    ['dialogue_complete', 'boolean'],
  ]);
  expect((await Array.fromAsync(seen.rows())).map((final) => final.row.fields)).toEqual([
    {
      caption: 'x',
      question_and_answers: { question_0: 'Who?', answer_0: 'A cat' },
      dialogue_history: 'question_0: Who?\nanswer_0: A cat\n',
    },
    { caption: 'y', question_and_answers: {}, dialogue_history: '' },
    { caption: 'z' },
  ]);
});

test('what an earlier output has written is written anew, wherever it stands', async () => {
  const fields = {
    question_and_answers: { question_0: 'old' },
    dialogue_history: 'old',
    dialogue: [{ question: 'new' }],
  };
  const before = async function* (): AsyncGenerator<FinalRow> {
    yield { row: row('0', fields), outcome: 'ok' };
  };
  const output = { format: 'json' as const, rows: 'ok' as const, turnsAsMap: { dialogue: 'question_and_answers' } };
  const seen = withTurnsAsMaps(output, { types: {}, rows: before });
  expect((await Array.fromAsync(seen.rows())).map((final) => final.row.fields)).toEqual([
    { question_and_answers: { question_0: 'new' }, dialogue_history: 'question_0: new\n' },
  ]);
});

test('an output that asks for no maps has the rows as they are', async () => {
  const seen = withTurnsAsMaps({ format: 'json', rows: 'ok' }, { types, rows });
  expect(seen).toEqual({ types, rows });
});
