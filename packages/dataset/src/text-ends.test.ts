import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { textWithEnds, withEnds } from './text-ends.ts';

test.each([
  ['answer', 'answer</s>'],
  ['answer</s>', 'answer</s>'],
  ['  answer \n', 'answer</s>'],
  ['answer</s> \n', 'answer</s>'],
  ['answer </s>', 'answer</s>'],
  ['', '</s>'],
])('%j is stripped and ends with its token: %j', (text, expected) => {
  expect(withEnds({ strip: true, suffix: '</s>' })(text)).toBe(expected);
});

test.each([
  ['answer', 'answer</s>\n'],
  ['answer</s>', 'answer</s>\n'],
  ['answer</s>\n', 'answer</s>\n'],
  [' answer </s>\n\n', 'answer</s>\n'],
])('white space of the token itself is kept: %j becomes %j', (text, expected) => {
  expect(withEnds({ strip: true, suffix: '</s>\n' })(text)).toBe(expected);
});

test('a word that only looks like the token is left whole', () => {
  expect(withEnds({ strip: true, suffix: ' END' })('THE LEGEND')).toBe('THE LEGEND END');
  expect(withEnds({ strip: true, suffix: '\n' })('answer')).toBe('answer\n');
});

test('without stripping nothing is taken away', () => {
  expect(withEnds({ suffix: '</s>' })(' answer ')).toBe(' answer </s>');
  expect(withEnds({ suffix: '</s>' })(' answer</s>')).toBe(' answer</s>');
  expect(withEnds({})(' answer ')).toBe(' answer ');
});

test('texts in lists get their ends, all else stays as it is', () => {
  expect(withEnds({ strip: true, suffix: '.' })([' a ', [' b. '], 1, null, { c: ' d ' }])).toEqual([
    'a.',
    ['b.'],
    1,
    null,
    { c: ' d ' },
  ]);
});

test('doing it twice is doing it once', () => {
  const ends = fc.record({ strip: fc.boolean(), suffix: fc.constantFrom('', ' ', '\n', '</s>', ' x', 'x ', '</s>\n') });
  const text = fc.string({ unit: fc.constantFrom(' ', '\n', 'x', '<', '/', 's', '>'), maxLength: 12 });
  fc.assert(
    fc.property(ends, text, (given, value) => {
      const once = textWithEnds(given)(value);
      expect(textWithEnds(given)(once)).toBe(once);
      expect(once.endsWith(given.suffix)).toBe(true);
    }),
  );
});
