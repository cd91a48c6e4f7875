import { generateStage, pipeline } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { shardSize } from './shard-size.ts';

const asking = (changes: object) => {
  const stage = generateStage('001');
  return pipeline({ stages: [{ ...stage, generate: { ...stage.generate, ...changes } }] });
};

test.each([
  [0, 500],
  [50_000, 500],
  [50_001, 501],
  [1_000_000, 10_000],
  [5_000_000, 33_554],
])('of %i rows a hundredth goes into a shard, within bounds: %i', (rows, expected) => {
  expect(shardSize(pipeline(), rows).rows).toBe(expected);
});

test('what the pipeline says holds, up to the largest shard', () => {
  expect(shardSize(pipeline({ shardRows: 7 }), 1e6).rows).toBe(7);
  expect(shardSize(pipeline({ shardRows: 1e6 }), 1e6).rows).toBeLessThanOrEqual(50_000);
});

test('long answers make smaller shards, since one is joined in memory', () => {
  expect(shardSize(asking({ params: { max_tokens: 16_000 } }), 5e6).rows).toBe(4194);
  expect(shardSize(asking({ params: {}, onTruncated: { max_completion_tokens: 1e9 } }), 5e6).rows).toBe(1);
});

test('small batches make smaller shards, since all parts of a shard stand in one record', () => {
  expect(shardSize(asking({ maxRequests: 1 }), 5e6).rows).toBe(400);
  expect(shardSize(asking({ maxRequests: 10 }), 5e6).rows).toBe(4000);
});
