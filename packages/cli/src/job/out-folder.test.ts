import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPipeline } from '@batchmill/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mustSpareInputs, mustTakeFiles } from './out-folder.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-out-'));
  await writeFile(join(folder, 'file'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a folder that can be made is taken, and not made', async () => {
  await mustTakeFiles(join(folder, 'a/b'));
  expect(await readdir(folder)).toEqual(['file']);
});

test('a file, or a place below one, is refused', async () => {
  for (const out of ['file', 'file/out'])
    await expect(mustTakeFiles(join(folder, out))).rejects.toThrow(/file is a file: .* --out DIR/);
});

test('an output in the place of an input is refused; beside it, it is not', () => {
  const pipeline = readPipeline({
    source: { name: 'p', source: { path: 'a.csv' }, key: 'id', steps: [], output: { file: 'a.csv' } },
  });
  const inputs = [{ kind: 'file' as const, name: 'a.csv', path: join(folder, 'a.csv'), bytes: 1 }];
  expect(() => mustSpareInputs(folder, pipeline, inputs)).toThrow(/a\.csv would overwrite the input .*--out DIR/);
  expect(() => mustSpareInputs(join(folder, 'out'), pipeline, inputs)).not.toThrow();
});
