import type { CompiledPipeline, GenerateStage } from '@batchmill/contracts';
import { generateStage, pipeline, row } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { rowShower } from './sampled-row.ts';

const stage = (number: string, generate: Partial<GenerateStage['generate']>): GenerateStage => {
  const usual = generateStage(number);
  return { ...usual, generate: { ...usual.generate, ...generate } };
};
const show = (stages: CompiledPipeline['stages'], fields: Parameters<typeof row>[1]) =>
  rowShower(pipeline({ stages }))(row('0', fields));

test('a row is shown with its request, its plot as a drawing, and its answer', async () => {
  const content = [
    { text: 'Look at {{ id }}' },
    { image: { plot: { fields: ['z'], title: 'Of {{ id }}' } } },
    { image: { url: 'https://example.com/{{ id }}.png' } },
    { image: { path: 'pictures/{{ id }}.png' } },
  ];
  const asking = stage('001', { messages: [{ role: 'user', content }], into: 'caption' });
  const shown = await show([asking], { id: 'a', z: [1, 2, null, 3], caption: 'It rises.' });
  expect(shown).toMatchObject({
    key: 'key-0',
    fields: [],
    steps: [{ step: 'step-001', model: 'm', answer: 'It rises.' }],
  });
  const pieces = shown.steps[0]?.messages[0]?.pieces ?? [];
  expect(pieces).toEqual([
    { text: 'Look at a' },
    { svg: expect.stringMatching(/^<svg.*Of a.*<\/svg>$/s) },
    { text: '[picture https://example.com/a.png]' },
    { text: '[picture pictures/a.png]' },
  ]);
});

test('a step that did not ask this row is left out; several fields of one answer are shown together', async () => {
  const stages = [
    stage('001', { messages: [{ role: 'user', content: 'x' }], into: 'absent' }),
    stage('002', { messages: [{ role: 'user', content: 'y' }], into: { a: 'first', b: 'second' } }),
  ];
  const { steps } = await show(stages, { a: 'one', b: [2] });
  expect(steps).toMatchObject([{ step: 'step-002', answer: '{"a":"one","b":[2]}' }]);
});

test('a request that can no longer be made does not hide the answer', async () => {
  const asking = stage('001', { messages: [{ role: 'user', content: '{{ gone }}' }], into: 'caption' });
  expect((await show([asking], { caption: 'text' })).steps).toMatchObject([{ messages: [], answer: 'text' }]);
});

test('a row that is asked nothing is shown with its fields, and its series as drawings', async () => {
  const { fields, steps } = await show([], { z: [1, 2], big: [Number.MAX_VALUE, -Number.MAX_VALUE], text: 'x' });
  expect(steps).toEqual([]);
  expect(fields.map(({ name, value }) => [name, 'svg' in value ? 'drawing' : value.text])).toEqual([
    ['z', 'drawing'],
    ['z', '[1,2]'],
    ['big', expect.any(String)],
    ['text', 'x'],
  ]);
});
