import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';

test.each([
  ['people.csv', 'id,text,my note\n1,one,x\n2,two,y\n', 'key: id', '{{ text }}'],
  ['rows.jsonl', '{"text":"a","tags":["x"]}\n{"text":"a","tags":[]}\n', 'key: "row-{{ _line }}"', '{{ tags | json }}'],
  ['Hourly-train.csv', 'V1,V2,V3\nH1,605,586\nH2,3124,2990\n', 'key: series_id', 'plot: series'],
])('new writes a pipeline for %s that is valid and runs as it is', async (name, data, key, content) => {
  await using stage = await setStage();
  await writeFile(join(stage.folder, name), data);
  const made = await stage.call('new', name, '--out', 'made.yaml');
  expect(made.exitCode).toBe(0);
  expect(made.out).toContain('batchmill run ./made.yaml --provider simulator');
  const text = await readFile(join(stage.folder, 'made.yaml'), 'utf8');
  expect(text).toContain(key);
  expect(text).toContain(content);
  expect((await stage.call('run', 'made.yaml', '--provider', 'simulator')).exitCode).toBe(0);
});

test('new never overwrites a file', async () => {
  await using stage = await setStage();
  const again = await stage.call('new', 'data.csv', '--out', 'pipeline.yaml');
  expect(again.exitCode).toBe(2);
  expect(again.err).toContain('is there already and is not overwritten. --out FILE writes another.');
  expect(await readFile(join(stage.folder, 'pipeline.yaml'), 'utf8')).toContain('Describe {{ text }}');
});

test('preview shows three requests with their pictures cut, tokens, cost and shards', async () => {
  await using stage = await setStage();
  const picture = `data:image/png;base64,${'A'.repeat(4000)}`;
  const requests = ['a', 'b', 'c', 'd'].map((key) => ({ key, body: { image: { url: picture } }, inputTokens: 1234 }));
  stage.api.preview = { ...stage.api.preview, requests };
  const { exitCode, out } = await stage.call('preview', 'pipeline.yaml');
  expect(exitCode).toBe(0);
  expect(out.match(/^row /gm)).toHaveLength(3);
  expect(out).toContain('row a   1,234 input tokens');
  expect(out).toContain('… (picture of 3000 bytes)');
  expect(out).toContain('rows per shard   500, so 1 shard\n');
  expect(out).toContain('about $0.83 (in realtime $1.66)');
  const asked = stage.api.calls.find(({ call }) => call === 'POST /v1/preview');
  expect(JSON.parse(asked?.body ?? '')).toMatchObject({
    rows: [
      { id: 'a', text: 'one' },
      { id: 'b', text: 'two' },
    ],
    totalRows: 2,
  });
});
