import { expect, test } from 'vitest';
import { checkCondition, checkTemplate, compileCondition } from './index.ts';

test.each([
  ['x', {}, false],
  ['x', { x: '' }, true],
  ['x', { x: 0 }, true],
  ['not x', {}, true],
  ['x < 5', {}, false],
  ['x >= 0', { x: null }, false],
  ['x < 5', { x: 3 }, true],
  ['x == nil', {}, true],
  ['x == y', { y: null }, true],
  ['x.a.b != nil', {}, false],
  ['x contains "REMOVE"', { x: 'do REMOVE_IMAGE' }, true],
  ['x contains "a"', { x: ['a', 'b'] }, true],
  ['x contains y', { x: 'null' }, false],
  ['x contains "a"', {}, false],
  ['title and body_text', { title: 'a', body_text: null }, false],
  ['_line < 1000 and said.text != nil', { _line: 3, said: { text: 'a' } }, true],
  ['answers.size > 1', { answers: [1, 2] }, true],
  ['(a or b) and c', { a: true }, false],
  ['language != "English"', { language: 'Welsh' }, true],
  ['x != blank', { x: '  ' }, false],
])('%s over %j is %s', (source, scope, expected) => {
  expect(compileCondition(source)(scope)).toBe(expected);
});

test.each([
  ['', 1],
  ['x y', 3],
  ['x in y', 3],
  ['x and', 3],
  ['x =', 4],
  ['{{ x }}', 1],
  ['x == "a")', 9],
])('%j is no condition', (source, column) => {
  expect(checkCondition(source)).toMatchObject([{ line: 1, column }]);
});

test('a template that can be read has no problems', () => {
  expect(checkTemplate('{% if a %}{{ a }}{% endif %}')).toEqual([]);
  expect(checkCondition('a and b')).toEqual([]);
});

test('a mistake in a template is told with its line and column', () => {
  expect(checkTemplate('one\n{{ x | nofilter }}')).toEqual([
    { message: 'unknown filter "nofilter"', line: 2, column: 1 },
  ]);
});
