import { expect, test } from 'vitest';
import { KeyIndex } from './key-index.ts';

test('every key is known again with its first place, however many there are', () => {
  const index = new KeyIndex();
  for (let i = 1; i <= 20_000; i += 1) expect(index.add(`key-${i}`, i)).toBeNull();
  for (let i = 1; i <= 20_000; i += 371) expect(index.add(`key-${i}`, 99)).toBe(i);
  expect([index.find('key-7'), index.find('key-20001')]).toEqual([7, null]);
  expect(index.add('', 5)).toBeNull();
  expect(index.add('', 6)).toBe(5);
  expect(index.add('far', 3 * 2 ** 40 + 7)).toBeNull();
  expect(index.add('far', 1)).toBe(3 * 2 ** 40 + 7);
});
