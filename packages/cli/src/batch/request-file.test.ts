import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatProblem, InputError } from '@batchmill/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRequestFiles } from './request-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-requests-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const CHAT = '/v1/chat/completions';
const line = (over: object = {}): string =>
  JSON.stringify({ custom_id: 'a', method: 'POST', url: CHAT, body: { model: 'gpt-4o', messages: [] }, ...over });

const read = async (text: string, name = 'requests.jsonl') => {
  await writeFile(join(folder, name), text);
  return readRequestFiles([name], folder);
};

const mistakesIn = async (text: string): Promise<string[]> => {
  try {
    await read(text);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(formatProblem);
    throw error;
  }
};

test('a sound file gives its lines, its address and the longest answer that a line allows', async () => {
  const lines = [
    line({ body: { model: 'm', max_tokens: 7 } }),
    '',
    line({ custom_id: 'b', body: { model: 'n', max_completion_tokens: 900 } }),
  ];
  expect(await read(`\uFEFF${lines.join('\r\n')}`)).toEqual([
    {
      name: 'requests.jsonl',
      path: join(folder, 'requests.jsonl'),
      bytes: Buffer.byteLength(`\uFEFF${lines.join('\r\n')}`),
      lines: 2,
      endpoint: CHAT,
      longestAnswerTokens: 900,
    },
  ]);
});

test.each<[string, string, RegExp]>([
  ['no JSON', 'nope', /^requests\.jsonl:1: the file does not look like JSON Lines .*expected a request on each line/],
  ['a list', '[]', /no object .*expected a request on each line: \{"custom_id"/],
  ['no custom_id', line({ custom_id: undefined }), /:1: "custom_id" is missing \(expected a text that is not empty\)/],
  ['a number as custom_id', line({ custom_id: 5 }), /"custom_id" cannot be used \(found 5;/],
  ['another method', line({ method: 'GET' }), /"method" cannot be used \(found "GET"; expected "POST"\)/],
  ['an unknown address', line({ url: '/v1/chat' }), /"url" cannot be used \(found "\/v1\/chat"; expected one of/],
  [
    'two addresses',
    `${line()}\n${line({ custom_id: 'b', url: '/v1/embeddings' })}`,
    /:2: "url" cannot be used \(found "\/v1\/embeddings"; expected \/v1\/chat\/completions, as in the lines before\)/,
  ],
  ['a body that is none', line({ body: 'x' }), /"body" cannot be used \(found "x"; expected an object\)/],
  ['no model', line({ body: { messages: [] } }), /"body.model" is missing/],
  ['a stream', line({ body: { model: 'm', stream: true } }), /"body.stream" cannot be used/],
  ['an id twice', `${line()}\n\n${line()}`, /:3: the custom_id "a" stands on line 1 already/],
  [
    'a number that would be changed',
    line().replace('[]', '[],"seed":12345678901234567890'),
    /:1: a number has more digits .*found 12345678901234567890/,
  ],
  ['nothing', '\n\n', /the file (is empty|holds no request)/],
])('%s is refused with its place', async (_, text, message) => {
  const mistakes = await mistakesIn(text);
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(message);
});

test('long numbers inside of texts are left alone', async () => {
  expect(
    await mistakesIn(line({ custom_id: '12345678901234567890', body: { model: 'm', p: '0.1234567890123456' } })),
  ).toEqual([]);
});

test('all mistakes of all files are told at once, of each file the first and how many more', async () => {
  await writeFile(join(folder, 'one.jsonl'), `${line({ method: 'GET' })}\n${line({ url: 'x', body: [] })}\n`);
  await writeFile(join(folder, 'many.jsonl'), Array.from({ length: 30 }, () => line({ custom_id: null })).join('\n'));
  const error: unknown = await readRequestFiles(['one.jsonl', 'gone.jsonl', 'many.jsonl'], folder).catch(
    (caught: unknown) => caught,
  );
  const told = error instanceof InputError ? error.problems.map(formatProblem) : [];
  expect(told.slice(0, 5).map((text) => text.replace(`${folder}/`, '').replace(/:? .*/, ''))).toEqual([
    'one.jsonl:1',
    'one.jsonl:2',
    'one.jsonl:2',
    'one.jsonl:2',
    'gone.jsonl',
  ]);
  expect(told.slice(5)).toHaveLength(21);
  expect(told.at(-1)).toBe('many.jsonl: and 10 more mistakes');
});

test('a file that is larger than one batch is refused with the limit', async () => {
  const lines = Array.from({ length: 50_001 }, (_, id) => line({ custom_id: String(id), body: { model: 'm' } }));
  expect(await mistakesIn(lines.join('\n'))).toEqual([
    'requests.jsonl: the file is larger than one batch of the provider may be (found more lines; expected at most 50,000 lines and 209,715,200 bytes). Cut it into smaller files and give all of them',
  ]);
  expect(await mistakesIn(lines.slice(1).join('\n'))).toEqual([]);
});
