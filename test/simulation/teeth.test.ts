import { describe, expect, test } from 'vitest';
import { WITHOUT } from './guards.ts';
import type { Guard } from './guards.ts';
import { describeBad, runMany } from './run-many.ts';

/** Schedules within which the loss of a guard must show. */
const WITHIN: Record<Guard, number> = {
  fence: 400,
  'fence wait': 3000,
  claim: 200,
  bitmap: 200,
  adopt: 400,
  'download size check': 1000,
};

/** What must be found, whatever else is: a row paid twice, a paid batch or answer that came to nothing, a false sum. */
const HARM =
  /is paid twice|while .* still works on it|is paid and nobody collected it|has a paid, intact answer|threw AccountingError/;

describe('R1 a guard taken away is found by the checker', () => {
  test.each(Object.keys(WITHOUT) as Guard[])('without the %s', { timeout: 300_000 }, async (guard) => {
    const done = await runMany(1, WITHIN[guard], { without: guard, stopAfter: 1 });
    expect(describeBad(done, guard)).toMatch(HARM);
  });
});
