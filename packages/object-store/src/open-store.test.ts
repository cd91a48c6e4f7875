import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '@batchmill/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from './open-store.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open store é-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('opens a folder by its address, also one with blanks and accents in its name', async () => {
  const store = await openStore(pathToFileURL(join(folder, 'a b')).href, { fsync: false });
  await store.putIfAbsent('key', Buffer.from('value'));
  const again = await openStore(pathToFileURL(join(folder, 'a b')).href);
  expect(again.kind).toBe('fs');
  expect(Buffer.from((await again.get('key')) ?? []).toString()).toBe('value');
});

it('refuses every other address with a sentence that says what is expected', async () => {
  for (const url of [
    '',
    'data',
    '/absolute/folder',
    'file://host/folder',
    'file:///',
    's3://',
    'https://user:secret@x/y',
  ]) {
    const error: unknown = await openStore(url).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect(String(error)).toContain('expected "file:///absolute/folder" or "s3://bucket/prefix"');
    expect(String(error)).not.toContain('secret');
  }
});

it('names a folder that cannot be made, why, and what to do', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const error: unknown = await openStore(pathToFileURL(join(file, 'store')).href).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InputError);
  expect(String(error)).toContain(join(file, 'store'));
  expect(String(error)).toMatch(/ENOTDIR.*Choose another folder/);
});
