import { expect, test } from 'vitest';
import type { Source } from '@batchmill/contracts';
import { collect, refusal } from './collect-source.fixture.ts';
import { readSource } from './read-source.ts';

const bytes = (...values: number[]) => Buffer.from(values);

const FORMATS: Source['format'][] = ['csv', 'json', 'jsonl', 'm4'];

test.each([...FORMATS, 'parquet' as const])('an empty file is refused as %s', async (format) => {
  expect(await refusal(format, '')).toMatchObject([{ code: 'empty-file', place: { file: `data.${format}` } }]);
});

test.each([
  ['gzip', bytes(0x1f, 0x8b, 8, 0, 0), 'gunzip'],
  ['Excel', bytes(0x50, 0x4b, 3, 4, 20, 0), 'CSV'],
  ['Parquet', Buffer.from('PAR1\0\0'), 'parquet'],
  ['UTF-16', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le'), 'iconv'],
  ['UTF-16', Buffer.from('id,text\n1,x\n', 'utf16le'), 'iconv'],
  ['UTF-16', Buffer.from('\uFEFFa,b\n', 'utf16le').swap16(), 'iconv'],
])('%s is known by its first bytes, and the remedy fits (%#)', async (name, content, remedy) => {
  for (const format of FORMATS) {
    const [problem] = await refusal(format, content);
    expect(problem?.found).toContain(name);
    expect(problem?.remedy).toContain(remedy);
  }
});

test.each([1, 5, 64])('invalid UTF-8 is refused with line and byte, in chunks of %d bytes', async (chunkBytes) => {
  const content = Buffer.concat([Buffer.from('a,b\n1,é\n2,'), bytes(0xe9), Buffer.from('tude\n')]);
  expect(await refusal('csv', content, { chunkBytes })).toMatchObject([
    { code: 'not-utf8', place: { line: 3 }, found: 'byte 0xe9 at byte 11' },
  ]);
});

test('a file that ends inside a character is refused', async () => {
  const content = Buffer.from('{"a":"é').subarray(0, -1);
  expect(await refusal('jsonl', content)).toMatchObject([
    { code: 'not-utf8', place: { line: 1 }, found: 'byte 0xc3 at byte 6' },
  ]);
});

test('a NUL byte far into a file is refused with line and byte', async () => {
  const content = Buffer.concat([Buffer.from('a,b\n'), Buffer.from('1,2\n'.repeat(30_000)), bytes(0x33, 0)]);
  expect(await refusal('csv', content)).toMatchObject([
    { code: 'binary-file', place: { line: 30_002 }, found: 'a NUL byte at byte 120005' },
  ]);
});

test('JSON given as CSV is refused with the format to set', async () => {
  expect(await refusal('csv', '[\n{"a":1}\n]')).toMatchObject([{ code: 'wrong-format', place: { line: 1 } }]);
  expect((await refusal('csv', '{"a":1}\n{"a":2}\n'))[0]?.remedy).toContain('jsonl');
  expect((await refusal('m4', '[{"a":1}]'))[0]?.remedy).toMatch(/json$/);
});

test('trouble in opening a file is not laid to the file', async () => {
  const file = {
    name: 'x.parquet',
    bytes: 100,
    // oxlint-disable-next-line require-yield -- it fails before its first value
    async *open(): AsyncGenerator<Uint8Array> {
      throw new Error('store is down');
    },
  };
  for (const format of [...FORMATS, 'parquet' as const]) {
    const reading = readSource({ format, paths: [], derive: [] }, [file], { vars: {} });
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow(/^store is down$/);
  }
});

test('a character of several bytes is whole at every chunk boundary', async () => {
  const text = 'aé€🙂'.repeat(50);
  for (let chunkBytes = 1; chunkBytes < 12; chunkBytes += 1) {
    const { fields } = await collect('jsonl', JSON.stringify({ text }), { chunkBytes });
    expect(fields).toEqual([{ text }]);
  }
});
