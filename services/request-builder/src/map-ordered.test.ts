import { expect, test } from 'vitest';
import { mapOrdered } from './map-ordered.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i += 1) yield i;
}

test('answers come in order, never more than the width at once', async () => {
  let running = 0;
  let most = 0;
  const work = async (item: number): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    for (let i = 0; i < (item * 7) % 5; i += 1) await Promise.resolve();
    running -= 1;
    return item;
  };
  expect(await Array.fromAsync(mapOrdered(numbers(50), 4, work))).toEqual(Array.from({ length: 50 }, (_, i) => i));
  expect(most).toBeLessThanOrEqual(4);
  expect(most).toBeGreaterThan(1);
});

test('a failure is thrown in its turn, after the answers before it', async () => {
  const seen: number[] = [];
  const work = async (item: number): Promise<number> => {
    if (item === 3) throw new Error('third');
    return item;
  };
  const reading = async (): Promise<void> => {
    for await (const item of mapOrdered(numbers(9), 4, work)) seen.push(item);
  };
  await expect(reading()).rejects.toThrow('third');
  expect(seen).toEqual([0, 1, 2]);
});
