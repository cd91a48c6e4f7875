import { InputError } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPath, parsePath } from '../values/path.ts';
import { applySet } from './apply-set.ts';
import { parseAssignment } from './assignment.ts';

it.each([
  ['a.b[0]=3', 'a.b[0]', 3],
  ['a=0.50', 'a', 0.5],
  ['a=true', 'a', true],
  ['a=null', 'a', null],
  ['a=', 'a', ''],
  ['a=no', 'a', 'no'],
  ['a="3"', 'a', '3'],
  ['a=[x, 1]', 'a', ['x', 1]],
  ['a={ b: 1 }', 'a', { b: 1 }],
  ['a=gpt-4o', 'a', 'gpt-4o'],
  ['a=b=c', 'a', 'b=c'],
  ['a=Hello: you', 'a', 'Hello: you'],
  ['a={{ vars.x }}', 'a', '{{ vars.x }}'],
  ['a=x # y', 'a', 'x # y'],
  ['a=*.csv', 'a', '*.csv'],
  ['a=12345678901234567890', 'a', '12345678901234567890'],
  ['a=5%', 'a', '5%'],
])('types the value of %s as in YAML', (text, path, value) => {
  expect(parseAssignment(text)).toEqual({ path, value });
});

it.each(['a', '=3', ''])('refuses %j, which assigns nothing', (text) => {
  expect(() => parseAssignment(text)).toThrow(InputError);
});

it('assigns any text without failing', () => {
  fc.assert(fc.property(fc.string(), (text) => parseAssignment(`a=${text}`).path === 'a'));
});

it('lays values over a copy, and makes the maps between', () => {
  const before = { a: [{ id: 'x' }] };
  expect(applySet(before, { 'a.x.b.c': 1, 'a[1]': 2, 'd["e f"]': 3 })).toEqual({
    a: [{ id: 'x', b: { c: 1 } }, 2],
    d: { 'e f': 3 },
  });
  expect(before).toEqual({ a: [{ id: 'x' }] });
  expect(() => applySet(before, { 'a[5]': 1 })).toThrow(InputError);
  expect(() => applySet(before, { '__proto__.x': 1 })).toThrow(InputError);
});

it('reads every path it writes', () => {
  const part = fc.oneof(
    fc.nat(),
    fc.string().filter((name) => name !== '__proto__'),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), (path) => {
      expect(parsePath(formatPath(path))).toEqual(path);
    }),
  );
});
