import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRedisServer } from './find-redis-server.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'find-redis-'));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const program = async (folder: string, name: string): Promise<string> => {
  const file = path.join(dir, folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
};

test('an installed Redis comes first, then an installed Valkey', async () => {
  const valkey = await program('a', 'valkey-server');
  const searchPath = [path.join(dir, 'a'), path.join(dir, 'b')].join(path.delimiter);
  expect(await findRedisServer({ cacheDir: dir, searchPath })).toEqual({ command: valkey });
  const redis = await program('b', 'redis-server');
  expect(await findRedisServer({ cacheDir: dir, searchPath })).toEqual({ command: redis });
});

test('what was unpacked before is used again without asking anybody', async () => {
  const unpacked = await program('redis-debian/usr/bin', 'redis-server');
  await mkdir(path.join(dir, 'redis-debian', 'usr', 'lib', 'x86_64-linux-gnu'), { recursive: true });
  expect(await findRedisServer({ cacheDir: dir, searchPath: '' })).toEqual({
    command: unpacked,
    libraryPath: path.join(dir, 'redis-debian', 'usr', 'lib', 'x86_64-linux-gnu'),
  });
});

test('where there is none and none can be fetched, the error names the ways to get one', async () => {
  const notAFolder = path.join(dir, 'file');
  await writeFile(notAFolder, '');
  const finding = findRedisServer({ cacheDir: notAFolder, searchPath: '' });
  await expect(finding).rejects.toThrow(/apt-get install redis-server[\s\S]*brew install redis[\s\S]*REDIS_URL/);
});
