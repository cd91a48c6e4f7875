import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setStage } from '../testing/stage.ts';

const KEY = 'sk-proj-abcDEF1234567890abcd';
const CONFIG = `model: gpt-4o-mini
api_key: ${KEY}
clean_pii:
  system: You clean captions.
  user: "Caption: {caption}"
  is_multimodal: false
  response_key: cleaned_caption
judge:
  system: You judge.
  user: "{cleaned_caption}"
  is_multimodal: false
`;
const IMAGES = [{ image_path: 'a.jpg', caption: 'A dog' }];

const setConfig = async (config = CONFIG) => {
  const stage = await setStage();
  const at = (name: string): string => join(stage.folder, name);
  await writeFile(at('config.yaml'), config);
  await writeFile(at('images.json'), JSON.stringify(IMAGES));
  return { ...stage, at };
};

test('import-config writes a pipeline that runs, and says what has changed and what comes next', async () => {
  await using stage = await setConfig();
  const { exitCode, out } = await stage.call('import-config', 'config.yaml');
  expect(exitCode).toBe(0);
  expect(out).toContain('config.yaml: 2 steps (clean_pii, judge), model gpt-4o-mini');
  expect(out).toContain('Wrote ./config.pipeline.yaml.');
  expect(out).toContain('config.yaml:2:1: api_key: the key is not copied');
  expect(out).toContain('config.yaml:8:1: judge: there is no "response_key"');
  expect(out).toContain('Set OPENAI_API_KEY, then:\n  batchmill preview ./config.pipeline.yaml');
  expect(out).not.toContain('There is no');
  expect((await stage.call('run', 'config.pipeline.yaml', '--provider', 'simulator')).exitCode).toBe(0);
});

test('the key of the old file is in nothing that is written or said', async () => {
  await using stage = await setConfig();
  const said = [
    await stage.call('import-config', 'config.yaml', '--verbose'),
    await stage.call('import-config', 'config.yaml', '--json', '--force'),
  ];
  await writeFile(stage.at('config.yaml'), CONFIG.replace('{caption}', `{${KEY}`));
  said.push(await stage.call('import-config', 'config.yaml', '--verbose', '--force'));
  expect(said.map(({ exitCode }) => exitCode)).toEqual([0, 0, 2]);
  expect(JSON.stringify(said)).not.toContain(KEY);
  expect(await readFile(stage.at('config.pipeline.yaml'), 'utf8')).not.toContain(KEY);
});

test('a pipeline file that is there is overwritten with --force only, and never the configuration', async () => {
  await using stage = await setConfig();
  await writeFile(stage.at('mine.yaml'), 'mine');
  const refused = await stage.call('import-config', 'config.yaml', '--out', 'mine.yaml');
  expect(refused.exitCode).toBe(2);
  expect(refused.err).toContain(
    'is there already and is not overwritten. --out FILE writes another, --force writes over it.',
  );
  expect(await readFile(stage.at('mine.yaml'), 'utf8')).toBe('mine');
  expect((await stage.call('import-config', 'config.yaml', '--out', 'mine.yaml', '--force')).exitCode).toBe(0);
  expect(await readFile(stage.at('mine.yaml'), 'utf8')).toContain('clean_pii');
  const itself = await stage.call('import-config', 'config.yaml', '--out', 'config.yaml', '--force');
  expect(itself.err).toContain('cannot take the place of the configuration');
  expect(await readFile(stage.at('config.yaml'), 'utf8')).toBe(CONFIG);
});

test('input, key field and steps are those that are named, with paths from the pipeline file', async () => {
  await using stage = await setConfig();
  const options = [
    '--input',
    'data/rows.json',
    '--data-key',
    'id',
    '--steps',
    'judge, clean_pii',
    '--out',
    'made.yaml',
  ];
  const { out, err } = await stage.call('import-config', 'config.yaml', ...options, '--json');
  expect(err).toContain('There is no data/rows.json yet');
  expect(JSON.parse(out)).toMatchObject({
    file: stage.at('made.yaml'),
    model: 'gpt-4o-mini',
    steps: [
      { name: 'judge', id: 'judge', into: 'judge' },
      { name: 'clean_pii', id: 'clean_pii', into: 'cleaned_caption' },
    ],
    changes: expect.arrayContaining([
      expect.objectContaining({ code: 'api-key', place: { file: 'config.yaml', line: 2, column: 1, path: 'api_key' } }),
    ]),
  });
  const text = await readFile(stage.at('made.yaml'), 'utf8');
  expect(text).toContain('path: data/rows.json');
  expect(text).toContain('key: id');
  expect(text).toContain('file: rows.json');
});

test('what is wrong with a configuration, or with how the command is called, is said and nothing is written', async () => {
  await using stage = await setConfig('model: m\na: { system: s, user: "{" }\nb: 7\n');
  expect((await stage.call('import-config', 'config.yaml')).err).toContain(
    'config.yaml:2:24: a.user: a "{" is not closed',
  );
  expect((await stage.call('import-config', 'none.yaml')).err).toContain('none.yaml: there is no such file');
  expect((await stage.call('import-config', '.')).err).toContain('this is a folder');
  expect((await stage.call('import-config', 'config.yaml', '--rounds', '0')).exitCode).toBe(2);
  await expect(readFile(stage.at('config.pipeline.yaml'))).rejects.toThrow('ENOENT');
});
