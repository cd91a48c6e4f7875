import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bitmap } from './bitmap.ts';

test('holds exactly the positions that were added, also once stored and read', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50_000), { maxLength: 50 }), fc.nat(50_000), (positions, other) => {
      const bitmap = new Bitmap();
      for (const position of [...positions, ...positions]) bitmap.add(position);
      const read = Bitmap.decode(bitmap.encode());
      expect(bitmap.size).toBe(positions.length);
      expect(read.size).toBe(positions.length);
      expect(positions.every((position) => read.has(position))).toBe(true);
      expect(read.has(other)).toBe(positions.includes(other));
      expect(read.encode()).toBe(bitmap.encode());
    }),
  );
});

test('nothing is an empty text, and absent is nothing', () => {
  expect(new Bitmap().encode()).toBe('');
  expect(Bitmap.decode(undefined).size).toBe(0);
  expect(Bitmap.decode('').has(0)).toBe(false);
});
