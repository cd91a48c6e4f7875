import { mkdtemp, readFile, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPipeline } from '@batchmill/pipeline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { placeResult, resultFile } from './result-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-result-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const step = { id: 'a', generate: { model: 'm', prompt: '{{ x }}', into: 'y' } };
const run = (set: Record<string, string> = {}, output: object = { file: 'a.json' }) => ({
  compiled: readPipeline({
    source: { name: 'p', source: { path: 'a.json' }, key: 'id', steps: [step], output: output as never },
    set,
  }),
  inputs: [{ kind: 'file' as const, name: 'a.json', path: join(folder, 'a.json'), bytes: 1 }],
  cwd: folder,
});

test('one step can take the place of its input, or go into another file', () => {
  expect(resultFile({ inPlace: true }, run({ only: 'a' }))).toEqual({ from: 'a.json', to: join(folder, 'a.json') });
  expect(resultFile({ to: 'b/c.json' }, run())).toEqual({ from: 'a.json', to: join(folder, 'b/c.json') });
  expect(resultFile({}, run())).toBeUndefined();
});

test('what would lose rows or has no one place is refused, with the remedy', () => {
  expect(() => resultFile({ inPlace: true }, run())).toThrow(/would lose the rows that are not ok: .*--step/);
  expect(() => resultFile({ inPlace: true, to: 'x' }, run())).toThrow(/exclude each other/);
  expect(() => resultFile({ to: 'x' }, run({}, [{ file: 'a.json' }, { file: 'b.json' }]))).toThrow(/one file of data/);
  expect(() => resultFile({ to: 'x' }, run({}, { file: '{{ x }}.json' }))).toThrow(/one file of data/);
  const elsewhere = [{ kind: 'url' as const, name: 'a.json', url: 'https://a/a.json' }];
  expect(() => resultFile({ inPlace: true }, { ...run({ only: 'a' }), inputs: elsewhere })).toThrow(/--to FILE/);
});

test('the file is replaced in one go: nothing else is left beside it, and a link stays one', async () => {
  await writeFile(join(folder, 'new.json'), 'new');
  await writeFile(join(folder, 'data.json'), 'old');
  await symlink('data.json', join(folder, 'link.json'));
  await placeResult(folder, { from: 'new.json', to: join(folder, 'link.json') });
  expect(await readFile(join(folder, 'data.json'), 'utf8')).toBe('new');
  expect(await readlink(join(folder, 'link.json'))).toBe('data.json');
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('a place that cannot be written to leaves what was there', async () => {
  await writeFile(join(folder, 'new.json'), 'new');
  await expect(placeResult(folder, { from: 'new.json', to: join(folder, 'none/x.json') })).rejects.toThrow(/ENOENT/);
  await expect(placeResult(folder, { from: 'missing.json', to: join(folder, 'data.json') })).rejects.toThrow(/ENOENT/);
  expect(await readFile(join(folder, 'data.json'), 'utf8')).toBe('new');
});
