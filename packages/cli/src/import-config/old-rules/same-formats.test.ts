import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseFormat } from '../format-string.ts';
import type { FormatPart } from '../format-string.ts';

/* formats.fixture.json is made by Python itself: see make_formats.py. */

type Case = { text: string; parts?: (string | object)[] };

const cases = JSON.parse(readFileSync(new URL('formats.fixture.json', import.meta.url), 'utf8')) as Case[];

test('a text is taken apart as Python does it, and refused where Python refuses it', () => {
  const ours = cases.map(({ text }): Case => {
    const { parts, mistakes } = parseFormat(text);
    return mistakes.length > 0 ? { text } : { text, parts: parts.map(withoutPlace) };
  });
  expect(ours).toEqual(cases);
  expect(cases.filter(({ parts }) => parts !== undefined).length).toBeGreaterThan(300);
});

const withoutPlace = (part: FormatPart): string | object => {
  if (typeof part === 'string') return part;
  const { source: _source, offset: _offset, ...read } = part;
  return read;
};
