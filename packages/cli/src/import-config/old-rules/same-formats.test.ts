import { readFileSync } from 'node:fs';
import type { Fields } from '@batchmill/contracts';
import { compileTemplate, TemplateError } from '@batchmill/templates';
import { expect, test } from 'vitest';
import { parseFormat } from '../format-string.ts';
import type { FormatPart } from '../format-string.ts';
import { promptText } from '../prompt-text.ts';

/* formats.fixture.json is made by Python itself: see make_formats.py. */

/** Without `parts` where Python cannot take the text apart, without `made` where it makes nothing of it. */
type Case = { text: string; parts?: (string | object)[]; made?: string };

const { cases, values } = JSON.parse(readFileSync(new URL('formats.fixture.json', import.meta.url), 'utf8')) as {
  cases: Case[];
  values: Fields;
};

test('a text is taken apart as Python does it, and refused where Python refuses it', () => {
  const ours = cases.map(({ text }): Case => {
    const { parts, mistakes } = parseFormat(text);
    return mistakes.length > 0 ? { text } : { text, parts: parts.map(withoutPlace) };
  });
  expect(ours).toEqual(cases.map(({ made: _made, ...parsed }) => parsed));
});

test('a prompt gives what Python gives, or is refused with what it says', () => {
  const [same, refused, wrong]: [string[], string[], object[]] = [[], [], []];
  for (const { text, made } of cases.filter((one) => one.made !== undefined)) {
    const ours = madeOf(text);
    if (ours === made) same.push(text);
    else if (typeof ours === 'string') wrong.push({ text, made, ours });
    else refused.push(ours.refused);
  }
  expect(wrong).toEqual([]);
  expect(refused.filter((reason) => !REFUSED.test(reason))).toEqual([]);
  expect(same.length).toBeGreaterThan(700);
});

/** Python writes a list or map in its own way, values in quotes, and padding. */
const REFUSED = /^not-text$|"!r" writes|"!a" writes|the format ":.*" cannot be translated/;

const madeOf = (user: string): string | { refused: string } => {
  const step = { name: 'a', system: '', user, isMultimodal: false, responseKey: 'r' };
  const { template, mistakes } = promptText(step, { history: undefined, jsonFields: new Set() });
  const [mistake] = mistakes;
  if (mistake !== undefined) return { refused: mistake.message };
  try {
    return compileTemplate(template).render(values);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { refused: error.code };
  }
};

const withoutPlace = (part: FormatPart): string | object => {
  if (typeof part === 'string') return part;
  const { source: _source, offset: _offset, ...read } = part;
  return read;
};
