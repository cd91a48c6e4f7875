import { expect, test } from 'vitest';
import { historyOf, readTurns, turnsAsMap } from './turns.ts';
import type { Turn } from './turns.ts';

const turns: Turn[] = [{ question: 'Who?', answer: 'A cat' }, { question: 'Where?' }];

test('turns become a map numbered from 0, and come back from it', () => {
  const map = { question_0: 'Who?', answer_0: 'A cat', question_1: 'Where?' };
  expect(turnsAsMap(turns)).toEqual(map);
  expect(readTurns(map)).toEqual(turns);
});

test('a map of old scripts is read by its numbers, in whatever order it stands', () => {
  expect(readTurns({ answer_1: 'b', question_1: 'c', question_0: 'd', note: 'e' })).toEqual([
    { question: 'd' },
    { answer: 'b', question: 'c' },
  ]);
});

test('what holds no turns gives none', () => {
  expect(readTurns(undefined)).toEqual([]);
  expect(readTurns(null)).toEqual([]);
  expect(readTurns('question_0')).toEqual([]);
  expect(readTurns(['a', null])).toEqual([]);
});

test('the history is a line for each field; what is no text stands as JSON', () => {
  expect(historyOf(turns)).toBe('question_0: Who?\nanswer_0: A cat\nquestion_1: Where?\n');
  expect(historyOf([{ score: 3 }])).toBe('score_0: 3\n');
});
