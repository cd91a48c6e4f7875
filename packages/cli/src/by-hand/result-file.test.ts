import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { findResults, readResultFiles } from './result-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-results-'));
  const made = folder;
  onTestFinished(() => rm(made, { recursive: true, force: true }));
});

const wire = '{"custom_id":"a","response":{"status_code":200,"body":{}},"error":null}';
const error = '{"custom_id":"b","response":null,"error":{"code":"x","message":"y"}}';
const content = '{"custom_id":"a","content":"text"}';

const find = async (text: string) => {
  const path = join(folder, 'file');
  await writeFile(path, text);
  return findResults(path, 'file');
};

test.each([
  ['lines of a provider', `${wire}\n${error}\n`, { format: 'jsonl', isWire: true }],
  ['an error file', error, { format: 'jsonl', isWire: true }],
  ['lines after garbage', `garbage\n${wire}\n`, { format: 'jsonl', isWire: true }],
  ['lines of contents', content, { format: 'jsonl', isWire: false }],
  ['both kinds', `${wire}\n${content}\n`, { format: 'jsonl', isWire: false }],
  ['an array', `\uFEFF\n [${wire}, ${content}]`, { format: 'json', isWire: false }],
])('%s are results, whatever the file is called', async (_, text, expected) => {
  expect(await find(text)).toMatchObject(expected);
});

test.each([
  ['requests', '{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{}}'],
  ['rows', '{"id":"0","key":"a","fields":{"content":"x"}}'],
  ['rejects', '{"key":"a","step":"s","outcome":"failed"}'],
  ['text', 'just words\nand more'],
])('%s are none', async (_, text) => {
  expect(await find(text)).toBeNull();
});

test('every file that is none or cannot be read is named at once', async () => {
  await writeFile(join(folder, 'words.txt'), 'words');
  await writeFile(join(folder, 'good.jsonl'), wire);
  const paths = ['words.txt', 'absent.jsonl', 'good.jsonl'].map((name) => join(folder, name));
  await expect(readResultFiles(paths, folder)).rejects.toMatchObject({
    problems: [
      { code: 'no-results', place: { file: 'words.txt' } },
      { code: 'unreadable-file', place: { file: join(folder, 'absent.jsonl') } },
    ],
  });
});
