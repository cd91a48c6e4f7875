import type { Fields } from '@batchmill/contracts';
import { checkCondition, compileCondition, fieldsOfCondition } from '@batchmill/templates';
import { expect, test } from 'vitest';
import { allOf, noneOf } from './join-conditions.ts';

const CONDITIONS = [
  'a',
  'not a',
  'a or b',
  'a and b',
  'not (a or b)',
  'a == 1 or not b',
  '(a or b) and not (a and b)',
  'c contains "x"',
  'not c contains "x"',
];
const SCOPES: Fields[] = [
  {},
  { a: 1 },
  { b: true },
  { a: 1, b: true },
  { a: false, b: null, c: 'xyz' },
  { a: 2, c: 'abc' },
];

const pairs = CONDITIONS.flatMap((one) => CONDITIONS.map((other): [string, string] => [one, other]));

test.each(pairs)('(%s) and (%s), and neither', (one, other) => {
  for (const scope of SCOPES) {
    const [left, right] = [one, other].map((condition) => compileCondition(condition)(scope));
    const both = allOf([one, other]);
    expect(checkCondition(both)).toEqual([]);
    expect([both, scope, compileCondition(both)(scope)]).toEqual([both, scope, left && right]);
    expect([scope, compileCondition(allOf([noneOf(one), other]))(scope)]).toEqual([scope, !left && right]);
    expect([scope, compileCondition(noneOf(both))(scope)]).toEqual([scope, !(left && right)]);
  }
  expect(fieldsOfCondition(allOf([one, other])).needed).toEqual([]);
});
