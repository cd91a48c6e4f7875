import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { JOB } from './testing/samples.ts';
import { startScriptedServer } from './testing/scripted-server.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-download-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TEXT = 'id,caption\n1,rises\n';
const file = {
  path: 'qa set/train.csv',
  rows: 1,
  bytes: TEXT.length,
  sha256: createHash('sha256').update(TEXT).digest('hex'),
  final: true,
};

test('a file arrives whole, in its folder, after a broken and a cut connection', async () => {
  await using server = await startScriptedServer((_, response, nth) => {
    if (nth === 1) {
      response.writeHead(200, { 'content-length': TEXT.length });
      response.write(TEXT.slice(0, 5), () => setImmediate(() => response.destroy()));
    } else response.end(nth === 2 ? TEXT.slice(0, 11) : TEXT);
  });
  const target = join(folder, 'good', file.path);
  await createClient({ url: server.url }).download(JOB, file, target);
  expect(await readFile(target, 'utf8')).toBe(TEXT);
  expect(await readdir(join(folder, 'good', 'qa set'))).toEqual(['train.csv']);
  expect(server.exchanges[0]?.path).toBe(`/v1/jobs/${JOB}/outputs/qa%20set/train.csv`);
  expect(server.exchanges).toHaveLength(3);
});

test('bytes that are not those on record are never put in place, and the file before them stays', async () => {
  await using server = await startScriptedServer((_, response, nth) => {
    response.end(nth === 1 ? TEXT : TEXT.replace('rises', 'falls'));
  });
  const target = join(folder, 'bad.csv');
  const client = createClient({ url: server.url });
  await client.download(JOB, file, target);
  await expect(client.download(JOB, file, target)).rejects.toThrow('not the 19 on record');
  expect(await readFile(target, 'utf8')).toBe(TEXT);
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});
