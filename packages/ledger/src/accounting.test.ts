import { expect, test } from 'vitest';
import { AccountingError, checkClosed, checkOutcomes } from './accounting.ts';
import { blob, closedRecord, outcomesBody } from './testing/facts.ts';

test('an attempt whose rows are not all accounted is refused', () => {
  expect(checkOutcomes(outcomesBody(10, 4))).toMatchObject({ rows: 10 });
  expect(() => checkOutcomes({ ...outcomesBody(10, 4), rows: 11 })).toThrow(AccountingError);
  expect(() => checkOutcomes({ ...outcomesBody(10, 4), counts: { ok: 7 } })).toThrow('11 accounted');
});

test('a stage that loses or makes up a row is refused', () => {
  const good = closedRecord(10, { counts: { ok: 6, skipped: 1, failed: 3 }, rows: blob(7), rejects: blob(3) });
  expect(checkClosed(good)).toBe(good);
  for (const wrong of [
    { entering: 11 },
    { counts: { ok: 6, skipped: 1, failed: 2 } },
    { rows: blob(6) },
    { rows: null },
    { rejects: blob(2) },
    { rejects: null },
  ]) {
    expect(() => checkClosed({ ...good, ...wrong })).toThrow(AccountingError);
  }
});

test('a transform may multiply its rows or leave none, but makes none out of nothing', () => {
  const rejects = blob(2);
  expect(checkClosed(closedRecord(10, { counts: { ok: 8, invalid: 2 }, rows: blob(24), rejects }), true).entering).toBe(
    10,
  );
  expect(checkClosed(closedRecord(10, { counts: { ok: 10 }, rows: null }), true).rows).toBeNull();
  expect(() => checkClosed(closedRecord(2, { counts: { invalid: 2 }, rows: blob(1), rejects }), true)).toThrow(
    AccountingError,
  );
  expect(() => checkClosed(closedRecord(2, { counts: { invalid: 2 }, rows: null }), true)).toThrow(AccountingError);
});
