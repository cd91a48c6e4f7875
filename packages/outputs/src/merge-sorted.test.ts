import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeSorted } from './merge-sorted.ts';

async function* stream<Item>(items: Item[]): AsyncGenerator<Item> {
  yield* items;
}

test('sorted streams become one sorted stream, nothing lost, earlier streams first among equals', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.nat(20)), { maxLength: 5 }), async (lists) => {
      const items = lists.map((list, from) => list.toSorted((a, b) => a - b).map((value) => ({ value, from })));
      const merged = await Array.fromAsync(mergeSorted(items.map(stream), (a, b) => a.value - b.value));
      expect(merged).toEqual(items.flat().toSorted((a, b) => a.value - b.value || a.from - b.from));
    }),
  );
});

test('a reader that stops in the middle, or a stream that fails, ends all streams', async () => {
  const ended: string[] = [];
  async function* watched(name: string, fails = false): AsyncGenerator<number> {
    try {
      yield 1;
      if (fails) throw new Error('broken');
      yield 2;
    } finally {
      ended.push(name);
    }
  }
  const compare = (a: number, b: number): number => a - b;
  for await (const item of mergeSorted([watched('a'), watched('b')], compare)) if (item === 1) break;
  expect(ended).toEqual(['a', 'b']);
  await expect(Array.fromAsync(mergeSorted([watched('c', true), watched('d')], compare))).rejects.toThrow('broken');
  expect(ended).toEqual(['a', 'b', 'c', 'd']);
});
