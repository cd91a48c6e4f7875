import { expect, test } from 'vitest';
import { KeyedStore } from './keyed-store.ts';

test('values are found by key and by number, more than stay in memory too', () => {
  using store = new KeyedStore<{ n: number; text: string }>();
  const long = 'ä'.repeat(10_000);
  for (let n = 0; n < 1000; n += 1)
    expect(store.add(`key ${n}`, { n, text: long })).toEqual({ number: n, isKnown: false });
  expect(store.size).toBe(1000);
  for (const n of [999, 0, 500]) expect(store.read(store.numberOf(`key ${n}`) ?? -1)).toEqual({ n, text: long });
  expect(store.numberOf('key 1000')).toBeNull();
  expect(() => store.read(1000)).toThrow(RangeError);
});

test('a key keeps its first value until another is put in its place', () => {
  using store = new KeyedStore<string>();
  store.add('a', 'first');
  expect(store.add('a', 'second')).toEqual({ number: 0, isKnown: true });
  expect([store.size, store.read(0)]).toEqual([1, 'first']);
  store.replace(0, 'third');
  expect([store.size, store.read(0)]).toEqual([1, 'third']);
});
