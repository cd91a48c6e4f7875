import type { Fields, Round, Row, TransformStage } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { createRowTransform } from './transform-row.ts';

const round: Round = {
  number: 2,
  times: 2,
  into: 'dialogue',
  from: 'dialogue',
  fields: ['question', 'short'],
  before: ['question'],
  opens: false,
  closes: true,
  onFailure: 'keep',
};
const stage: TransformStage = {
  number: '004',
  step: 'shorten',
  kind: 'transform',
  transform: { name: 'derive', options: { short: '{{ question | truncate: 5, "" }}' } },
  round,
};
const row = (fields: Fields): Row => ({ id: '0', key: 'a', home: 0, line: 1, fields });
const before = [{ question: 'Who?', short: 'Who?' }];

test('a transform in a round makes a part of the turn', () => {
  expect(createRowTransform(stage, {})(row({ dialogue: before, question: 'Where is it?' }))).toEqual({
    outcome: 'ok',
    rows: [row({ dialogue: [...before, { question: 'Where is it?', short: 'Where' }], dialogue_complete: true })],
  });
});

test('a row whose rounds are over goes through as it is', () => {
  const over = row({ dialogue: before, dialogue_complete: false });
  expect(createRowTransform(stage, {})(over)).toEqual({ outcome: 'skipped', rows: [over] });
});

test('a row whose turn fails in a transform goes on with the turns before, and its outcome is told', () => {
  const broken = row({ dialogue: before });
  const failed = createRowTransform(stage, {})(broken);
  expect(failed).toMatchObject({
    outcome: 'invalid',
    reason: { code: 'unknown-field' },
    rows: [{ fields: { dialogue: before, dialogue_complete: false } }],
  });
  const strict = { ...stage, round: { ...round, onFailure: 'reject' as const } };
  expect(createRowTransform(strict, {})(broken).rows).toBeUndefined();
});
