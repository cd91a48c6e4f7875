import type { JobRecord, Output } from '@batchmill/contracts';
import { base, blob, generateStage, pipeline } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { cardOf } from './output-card.ts';

const output: Output = {
  format: 'parquet',
  dir: 'qa',
  rows: 'ok',
  card: { license: 'cc-by-4.0' },
  split: {
    shares: [
      { name: 'a', share: 0.5 },
      { name: 'a-b', share: 0.5 },
    ],
    seed: 1,
  },
};
const stage = generateStage('001');
const compiled = pipeline({
  vars: { model: 'gpt-4o' },
  stages: [
    {
      ...stage,
      generate: {
        ...stage.generate,
        model: '{{ vars.model }}',
        messages: [
          { role: 'system', content: 'x'.repeat(5000) },
          { role: 'user', content: [{ text: 'Describe {{ id }}' }, { image: { plot: { fields: ['z'] } } }] },
        ],
      },
    },
    { kind: 'transform', number: '002', step: 'norm', transform: { name: 'normalize', options: { field: 'z' } } },
  ],
  outputs: [output],
});
const job: JobRecord = {
  ...base,
  tenant: 'default',
  job: 'abcdefghijklmnop',
  name: 'captions',
  pipeline: compiled,
  inputs: [{ ...blob(1), name: 'Weekly-train.csv' }],
};
const file = (path: string, rows: number) => ({ path, rows, blob: blob(rows) });

test('a card knows the files and rows of each split, the model and the prompt', () => {
  const files = [file('qa/a-00000.parquet', 2), file('qa/a-00001.parquet', 1), file('qa/a-b-00000.parquet', 5)];
  const card = cardOf(job, output, { files, columns: [] }, false);
  expect(card).toMatchObject({
    title: 'captions',
    license: 'cc-by-4.0',
    splits: [
      { name: 'a', rows: 3, files: ['a-00000.parquet', 'a-00001.parquet'] },
      { name: 'a-b', rows: 5, files: ['a-b-00000.parquet'] },
    ],
    steps: [
      { name: 'step-001', model: 'gpt-4o' },
      { name: 'norm', prompt: 'normalize: {"field":"z"}' },
    ],
    provenance: { job: 'abcdefghijklmnop', inputs: [{ name: 'Weekly-train.csv' }], isSimulated: false },
  });
  expect(card?.steps[0]?.prompt).toMatch(/^system: x{2000} …\nuser: Describe \{\{ id \}\}\n\[plot of z\]$/);
});

test('an output without splits is all for training; one without a card has none', () => {
  const { split: _, ...whole } = output;
  const files = [file('qa/part-00000.parquet', 4)];
  expect(cardOf(job, whole, { files, columns: [] }, false)?.splits).toEqual([
    { name: 'train', rows: 4, files: ['part-00000.parquet'] },
  ]);
  const { card: __, ...bare } = whole;
  expect(cardOf(job, bare, { files, columns: [] }, false)).toBeNull();
});
