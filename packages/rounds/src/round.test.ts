import type { Fields, Round, Row, Stage } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { asInRound, endRounds, enterRound, keepsTurns, leaveRound, takesPart } from './round.ts';

const row = (fields: Fields): Row => ({ id: '0', key: 'a', home: 0, line: 1, fields });

const round = (over: Partial<Round>): Round => ({
  number: 1,
  times: 2,
  into: 'dialogue',
  from: 'dialogue',
  fields: ['question', 'answer'],
  before: [],
  opens: true,
  closes: false,
  onFailure: 'keep',
  ...over,
});

const generate = {
  provider: 'openai',
  endpoint: '/v1/chat/completions',
  model: 'm',
  params: {},
  messages: [],
  retryAttempts: 3,
};

const question = (number: number): Stage => ({
  number: '001',
  step: 'question',
  kind: 'generate',
  generate: { ...generate, into: 'question' },
  round: round({ number }),
});

const answer = (number: number): Stage => ({
  number: '002',
  step: 'answer',
  kind: 'generate',
  generate: { ...generate, into: 'answer' },
  round: round({ number, before: ['question'], opens: false, closes: true }),
});

const byItself = (stage: Stage): Stage => {
  const { number: _number, ...rest } = stage.round as Round;
  return { ...stage, round: { ...rest, opens: true, closes: true } };
};

/** A row through whole rounds; `fails` says at which question or answer the turn fails. */
const through = (fields: Fields, fails: string[] = []) => {
  let current = row(fields);
  const asked: string[] = [];
  for (const number of [1, 2]) {
    for (const stage of [question(number), answer(number)]) {
      current = enterRound(current, stage);
      const name = `${stage.step} ${number}`;
      if (!takesPart(current, stage)) {
        current = leaveRound(current, stage);
        continue;
      }
      asked.push(name);
      current = fails.includes(name)
        ? endRounds(current, stage)
        : leaveRound({ ...current, fields: { ...current.fields, [stage.step]: name } }, stage);
    }
  }
  return { fields: current.fields, asked };
};

const turn = (number: number) => ({ question: `question ${number}`, answer: `answer ${number}` });

describe('a row in rounds', () => {
  test('begins without turns and ends with as many as were wanted', () => {
    const { fields, asked } = through({ caption: 'x' });
    expect(fields).toEqual({ caption: 'x', dialogue: [turn(1), turn(2)], dialogue_complete: true });
    expect(asked).toEqual(['question 1', 'answer 1', 'question 2', 'answer 2']);
  });

  test.each(['question 2', 'answer 2'])('keeps the turns before one that fails: %s', (fails) => {
    const { fields } = through({ caption: 'x' }, [fails]);
    expect(fields).toEqual({ caption: 'x', dialogue: [turn(1)], dialogue_complete: false });
  });

  test('is not asked in the rounds after a turn that failed', () => {
    const { fields, asked } = through({}, ['question 1']);
    expect(asked).toEqual(['question 1']);
    expect(fields).toEqual({ dialogue: [], dialogue_complete: false });
  });

  test('goes on with the turns it brings along, also after rounds that failed before', () => {
    const { fields, asked } = through({ dialogue: [turn(1)], dialogue_complete: false });
    expect(asked).toEqual(['question 2', 'answer 2']);
    expect(fields).toEqual({ dialogue: [turn(1), turn(2)], dialogue_complete: true });
  });

  test('goes on with a turn that was begun: its question is not asked again', () => {
    const { fields, asked } = through({ dialogue: [turn(1), { question: 'Why?' }] });
    expect(asked).toEqual(['answer 2']);
    expect(fields['dialogue']).toEqual([turn(1), { question: 'Why?', answer: 'answer 2' }]);
  });

  test('takes up turns in the form of the old scripts', () => {
    const map = { question_0: 'question 1', answer_0: 'answer 1' };
    const entered = enterRound(row({ qa: map }), {
      ...question(1),
      round: round({ from: 'qa' }),
    });
    expect(entered.fields).toEqual({ qa: map, dialogue: [turn(1)] });
  });

  test('asks nothing of a row whose rounds are all there', () => {
    const { fields, asked } = through({ dialogue: [turn(1), turn(2)] });
    expect(asked).toEqual([]);
    expect(fields).toEqual({ dialogue: [turn(1), turn(2)], dialogue_complete: true });
  });
});

describe('a step of rounds that is taken by itself', () => {
  const taken = (stage: Stage, fields: Fields, value: string | null): Fields => {
    const entered = enterRound(row(fields), stage);
    if (!takesPart(entered, stage)) return leaveRound(entered, stage).fields;
    if (value === null) return endRounds(entered, stage).fields;
    return leaveRound({ ...entered, fields: { ...entered.fields, [stage.step]: value } }, stage).fields;
  };

  test('begins a turn, and the next one ends it', () => {
    const asked = taken(byItself(question(1)), {}, 'Why?');
    expect(asked).toEqual({ dialogue: [{ question: 'Why?' }], dialogue_complete: false });
    expect(taken(byItself(answer(1)), asked, 'So.')).toEqual({
      dialogue: [{ question: 'Why?', answer: 'So.' }],
      dialogue_complete: false,
    });
  });

  test('asks no second question while the first has no answer', () => {
    const before = { dialogue: [turn(1), { question: 'Why?' }] };
    expect(takesPart(enterRound(row(before), byItself(question(1))), byItself(question(1)))).toBe(false);
    expect(taken(byItself(question(1)), before, 'never')).toEqual({ ...before, dialogue_complete: false });
  });

  test('answers only what was asked', () => {
    const stage = byItself(answer(1));
    expect(takesPart(enterRound(row({ dialogue: [turn(1)] }), stage), stage)).toBe(false);
  });

  test('a failure leaves the question where it was', () => {
    const before = { dialogue: [turn(1), { question: 'Why?' }] };
    expect(taken(byItself(answer(1)), before, null)).toEqual({ ...before, dialogue_complete: false });
  });

  test('stops at the number of rounds', () => {
    const before = { dialogue: [turn(1), turn(2)] };
    expect(takesPart(enterRound(row(before), byItself(question(1))), byItself(question(1)))).toBe(false);
  });
});

test('a row that has been through its rounds can be seen as it was in one of them', () => {
  const done = row({ caption: 'x', dialogue: [turn(1), turn(2)], dialogue_complete: true });
  expect(asInRound(done, question(2)).fields).toMatchObject({ dialogue: [turn(1)], question: 'question 2' });
  expect(asInRound(row({ dialogue: [] }), question(1)).fields).toEqual({ dialogue: [] });
});

test('only a turn that failed is kept: what is removed or cancelled ends its way', () => {
  expect(keepsTurns(question(1), 'refused')).toBe(true);
  expect(keepsTurns(question(1), 'removed')).toBe(false);
  expect(keepsTurns(question(1), 'cancelled')).toBe(false);
  expect(keepsTurns({ ...question(1), round: round({ onFailure: 'reject' }) }, 'refused')).toBe(false);
});
