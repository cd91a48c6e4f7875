import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';

const PIPELINE = `name: pictures
source: { format: jsonl, path: data/rows.jsonl }
key: id
steps:
  - id: look
    generate: { provider: simulator, model: gpt-4o, image: { path: "{{ picture }}" }, prompt: What is it?, into: what }
`;

const setPictures = async (names: (string | null)[]) => {
  const stage = await setStage();
  await mkdir(join(stage.folder, 'data', 'img'), { recursive: true });
  await writeFile(join(stage.folder, 'pictures.yaml'), PIPELINE);
  const rows = names.map((picture, id) =>
    JSON.stringify(picture === null ? { id: `${id}` } : { id: `${id}`, picture }),
  );
  await writeFile(join(stage.folder, 'data', 'rows.jsonl'), `${rows.join('\n')}\n`);
  await writeFile(join(stage.folder, 'data', 'img', 'a.png'), 'picture a');
  await writeFile(join(stage.folder, 'b.png'), 'picture b');
  return stage;
};

test('every picture that rows name is uploaded once, and the job gets the list', async () => {
  await using stage = await setPictures(['img/a.png', 'b.png', 'img/a.png', null]);
  expect((await stage.call('run', 'pictures.yaml')).exitCode).toBe(0);
  const uploads = stage.api.calls.filter(({ call }) => call.startsWith('POST /v1/uploads'));
  expect(uploads.map(({ body }) => body).filter((body) => body.startsWith('picture'))).toEqual([
    'picture a',
    'picture b',
  ]);
  const list = uploads.find(({ call }) => call.includes('assets.jsonl'))?.body ?? '';
  const assets = list
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; upload: string });
  expect(assets.map(({ path }) => path)).toEqual(['img/a.png', 'b.png']);
  const job = stage.api.calls.find(({ call }) => call === 'POST /v1/jobs');
  expect(JSON.parse(job?.body ?? '')).toHaveProperty('assets');
});

test('pictures that are not there are named with their rows, and nothing begins', async () => {
  await using stage = await setPictures(['img/a.png', 'c.png', '../d.png']);
  const { exitCode, err } = await stage.call('run', 'pictures.yaml');
  expect(exitCode).toBe(2);
  expect(err).toMatch(/row "1": the picture c\.png is not there[\s\S]*row "2": the picture \.\.\/d\.png is not there/);
  expect(stage.opened).toEqual([]);
});

test('equal pictures under different names are stored once', async () => {
  await using stage = await setPictures(['img/a.png', 'copy.png', 'b.png']);
  await writeFile(join(stage.folder, 'copy.png'), 'picture a');
  expect((await stage.call('run', 'pictures.yaml')).exitCode).toBe(0);
  const uploads = stage.api.calls.filter(({ call }) => call.startsWith('POST /v1/uploads'));
  expect(uploads.filter(({ body }) => body === 'picture a')).toHaveLength(1);
  const list = uploads.find(({ call }) => call.includes('assets.jsonl'))?.body ?? '';
  const assets = list
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { path: string; upload: string });
  expect(assets.map(({ path }) => path)).toEqual(['img/a.png', 'copy.png', 'b.png']);
  expect(assets[0]?.upload).toBe(assets[1]?.upload);
  expect(assets[0]?.upload).not.toBe(assets[2]?.upload);
});

test('an object of a bucket is not looked for here, and a web address is told where it belongs', async () => {
  await using stage = await setPictures(['s3://pictures/a.png', 'b.png']);
  expect((await stage.call('run', 'pictures.yaml')).exitCode).toBe(0);
  const list = stage.api.calls.find(({ call }) => call.includes('assets.jsonl'))?.body ?? '';
  expect(list).not.toContain('s3:');
  await using other = await setPictures(['https://example.com/a.png']);
  const { exitCode, err } = await other.call('run', 'pictures.yaml');
  expect(exitCode).toBe(2);
  expect(err).toContain('A web address stands in "url", not in "path"');
});

test('--check-urls is said of every step, also where a step says otherwise, but not of one with a whole body', async () => {
  await using stage = await setPictures(['b.png']);
  const steps = `
  - { id: raw, generate: { body: request, into: line } }
  - { id: linked, generate: { check_urls: false, model: gpt-4o, image: { url: "{{ link }}" }, into: seen } }
`;
  await writeFile(join(stage.folder, 'links.yaml'), `${PIPELINE.trimEnd()}${steps}`);
  await writeFile(join(stage.folder, 'data', 'rows.jsonl'), '{"id":1,"picture":"b.png","link":"l","request":{}}\n');
  const { exitCode, err } = await stage.call('run', 'links.yaml', '--provider', 'simulator', '--check-urls');
  expect(exitCode, err).toBe(0);
  const job = stage.api.calls.find(({ call }) => call === 'POST /v1/jobs');
  const { set } = JSON.parse(job?.body ?? '') as { set: Record<string, unknown> };
  expect(Object.entries(set).filter(([path]) => path.includes('check_urls'))).toEqual([
    ['steps.look.generate.check_urls', true],
    ['steps.linked.generate.check_urls', true],
    ['defaults.check_urls', true],
  ]);
});

test('another picture under the same name makes another run', async () => {
  await using stage = await setPictures(['b.png']);
  await stage.call('run', 'pictures.yaml');
  await writeFile(join(stage.folder, 'b.png'), 'picture c');
  await stage.call('run', 'pictures.yaml');
  expect(stage.api.jobs.size).toBe(2);
});
