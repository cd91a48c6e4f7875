import { createReadStream } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { readSource } from '@batchmill/dataset';
import { expect, test } from 'vitest';
import { makeSample } from './make-sample.ts';

const SAMPLE = path.join(import.meta.dirname, 'sample');
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const readSample = async () => {
  const name = path.join(SAMPLE, 'images.json');
  const open = (range?: { start: number; end: number }) =>
    createReadStream(name, range === undefined ? {} : { start: range.start, end: range.end - 1 });
  const file = { name, bytes: (await stat(name)).size, open };
  const rows = [];
  for await (const item of readSource({ format: 'json', paths: [name], derive: [] }, [file], { vars: {} })) {
    if ('fields' in item) rows.push(item.fields);
  }
  return rows;
};

test('the sample in the repository is what the script draws, and small', async () => {
  let bytes = 0;
  for (const [name, made] of makeSample()) {
    const committed = await readFile(path.join(SAMPLE, name));
    bytes += committed.length;
    expect({ name, isSame: committed.equals(made) }).toEqual({ name, isSame: true });
  }
  expect(bytes).toBeLessThan(500_000);
});

test('every row has a picture of its own, and every picture a row', async () => {
  const rows = await readSample();
  const paths = rows.map(({ image_path: picture }) => picture as string);
  expect(rows.length).toBeGreaterThanOrEqual(12);
  expect(new Set(paths).size).toBe(rows.length);
  for (const picture of paths) {
    const bytes = await readFile(path.join(import.meta.dirname, picture));
    expect(bytes.subarray(0, 8).equals(PNG_SIGNATURE), picture).toBe(true);
  }
  const names = (await readdir(path.join(SAMPLE, 'pictures'))).map((name) => `sample/pictures/${name}`);
  expect(names.sort()).toEqual(paths.sort());
});

test('the sample has every kind of caption and article that the pipeline distinguishes', async () => {
  const rows = await readSample();
  const kinds = new Set(rows.map(({ caption }) => (caption === null ? 'null' : caption === '' ? 'empty' : 'text')));
  expect(kinds).toEqual(new Set(['null', 'empty', 'text']));
  const articles = new Set(rows.map(({ title, body_text: body }) => `${title !== undefined} ${body !== undefined}`));
  expect(articles).toEqual(new Set(['true true', 'true false', 'false false']));
});
