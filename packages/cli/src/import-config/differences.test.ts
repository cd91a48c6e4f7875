import type { Fields } from '@batchmill/contracts';
import { RowRequestError } from '@batchmill/prompts';
import { compileCondition } from '@batchmill/templates';
import { expect, test } from 'vitest';
import { importText } from './import-text.fixture.ts';
import { requestLine, stageOf } from './make-request.fixture.ts';

/* Where the requests of an imported configuration are not those of the old rules, and are not meant to be. */

const imported = importText(`model: m
describe:
  system: s
  user: "Describe: {caption}|{tags[0]}"
  response_key: generated_caption
ask_question: { system: s, user: "About: {context}", response_key: question }
answer: { system: s, user: "{dialogue_history}", response_key: answer }
`);

const ROW = { image_path: 'a.jpg', image_url: 'https://example.org/a.jpg', caption: 'c', tags: ['t'] };

const made = async (fields: Fields, step = 'describe'): Promise<string> => {
  const all = { ...ROW, ...fields };
  try {
    return JSON.stringify(JSON.parse(await requestLine(stageOf(imported, step), all)).body.messages[1]);
  } catch (error) {
    if (!(error instanceof RowRequestError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

const saidOf = (code: string): string | undefined => imported.changes.find((change) => change.code === code)?.message;

test('a row is not left out for letters in its key: gifts/a.jpg and mp4-stills/b.png are asked, and it is said', async () => {
  for (const path of ['gifts/a.jpg', 'mp4-stills/b.png', 'c.gif', 'd.mp4'])
    expect(await made({ image_path: path })).toContain('Describe: c|t');
  expect(saidOf('names')).toContain('"mp4" or "gif" in "image_path" were left out');
});

test('null is no text "None": it rejects the row, names the field, and it is said', async () => {
  expect(await made({ caption: null })).toMatch(/^null-in-text: message 2: \{\{ caption \}\} is null/);
  expect(saidOf('null')).toContain('"None"');
});

test('a missing field rejects its row at once, not after five on end, and it is said', async () => {
  expect(await made({ tags: [] })).toMatch(/^unknown-field: message 2: unknown field "tags.0"/);
  const { caption: _caption, ...without } = ROW;
  await expect(requestLine(stageOf(imported, 'describe'), without)).rejects.toThrow('unknown field "caption"');
  expect(saidOf('missing')).toContain('five such rows on end');
  expect(imported.text).toContain('max_invalid: 5%');
});

test('a list or map in a text rejects the row, and true and 1.0 are written as JSON does it, and it is said', async () => {
  expect(await made({ caption: ['a'] })).toMatch(/^not-text: /);
  expect(await made({ caption: true })).toContain('Describe: true|t');
  expect(await made({ caption: JSON.parse('1.0') })).toContain('Describe: 1|t');
  expect(saidOf('values')).toContain('written as Python does');
});

test('a text part without text, which providers refuse, is not sent', async () => {
  const [only] = importText('model: m\na: { system: s, user: "{caption}" }\n').steps;
  const stage = stageOf(importText('model: m\na: { system: s, user: "{caption}" }\n'), only?.id ?? '');
  const fields = { image_path: 'a', image_url: 'https://example.org/a.jpg', caption: '' };
  expect(JSON.parse(await requestLine(stage, fields)).body.messages[1].content).toHaveLength(1);
});

test('a row with REMOVE_IMAGE is asked nothing more, wherever the mark comes from', () => {
  const { when, removeWhen } = stageOf(imported, 'describe');
  expect(removeWhen).toBe('generated_caption contains "REMOVE_IMAGE"');
  for (const [caption, isAsked] of [
    ['x REMOVE_IMAGE', false],
    ['x', true],
    [null, true],
  ] as const)
    expect(compileCondition(when ?? '')({ generated_caption: caption })).toBe(isAsked);
  expect(compileCondition(when ?? '')({})).toBe(true);
});

test('an answer that looks like a number, a boolean or a quoted text stays the text that it is, and it is said', () => {
  expect(stageOf(imported, 'describe').generate).not.toHaveProperty('parse', 'json');
  expect(saidOf('answers')).toContain('"42" was made a number');
});
