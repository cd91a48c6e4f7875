import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readLines, readTextLines, splitLines, writeLines, writeLinesIfAny } from './lines.ts';
import { temporaryStore } from './testing/temporary-store.ts';
import type { TemporaryStore } from './testing/temporary-store.ts';

let folder: TemporaryStore;
beforeAll(async () => {
  folder = await temporaryStore();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function* inPieces(bytes: Uint8Array, cuts: number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const end of [...cuts].sort((a, b) => a - b)) {
    yield bytes.subarray(start, Math.min(end, bytes.length));
    start = Math.min(end, bytes.length);
  }
  yield bytes.subarray(start);
}

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => Array.fromAsync(items);

test('lines come out whole wherever the chunks are cut, also within a character', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replaceAll(/[\n\uFEFF\uD800-\uDFFF]/g, '€🚀')),
        { maxLength: 8 },
      ),
      fc.boolean(),
      fc.array(fc.nat(60), { maxLength: 8 }),
      async (lines, withLastNewline, cuts) => {
        const bytes = Buffer.from(lines.join('\n') + (withLastNewline ? '\n' : ''));
        expect(await collect(splitLines(inPieces(bytes, cuts)))).toEqual(lines.filter((line) => line !== ''));
      },
    ),
  );
});

test('a byte order mark within the data is data', async () => {
  const bytes = Buffer.from('\uFEFFa\n\uFEFFb');
  expect(await collect(splitLines(inPieces(bytes, [])))).toEqual(['\uFEFFa', '\uFEFFb']);
});

test('empty lines are none; a last line without newline is one', async () => {
  expect(await collect(splitLines(inPieces(Buffer.from('\n\na\n\nb'), [1, 2, 3])))).toEqual(['a', 'b']);
  expect(await collect(splitLines(inPieces(Buffer.from(''), [])))).toEqual([]);
});

test('a line of 20 MB passes in one piece', async () => {
  const long = 'é'.repeat(10 * 1024 * 1024);
  const blob = await writeLines(folder.store, 'long', [long, { a: 1 }]);
  expect(blob).toMatchObject({ lines: 2, bytes: 20 * 1024 * 1024 + 1 + 8 });
  const lines = await collect(readTextLines(folder.store, blob));
  expect(lines[0] === long).toBe(true);
  expect(lines[1]).toBe('{"a":1}');
});

test('a blob tells its bytes, lines and hash, over many chunks', async () => {
  const values = Array.from({ length: 30_000 }, (_, i) => ({ row: i, text: 'ä'.repeat(i % 40) }));
  const blob = await writeLines(folder.store, 'many', values);
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  expect(blob.lines).toBe(values.length);
  expect(blob.bytes).toBe(Buffer.byteLength(text));
  expect(blob.sha256).toBe(createHash('sha256').update(text).digest('hex'));
  expect(await collect(readLines(folder.store, blob))).toEqual(values);
});

test('nothing is no blob where that is asked, else an empty one', async () => {
  expect(await writeLinesIfAny(folder.store, 'none', [])).toBeNull();
  expect(await writeLines(folder.store, 'empty', [])).toMatchObject({ bytes: 0, lines: 0 });
  expect(await collect(readLines(folder.store, null))).toEqual([]);
});

test('a blob that is not what its record says is not believed', async () => {
  const blob = await writeLines(folder.store, 'changed', ['{"a":1}']);
  await folder.store.putBlob('changed', Buffer.from('{"a":2}\n'));
  await expect(collect(readLines(folder.store, blob))).rejects.toThrow(/sha256/);
});
