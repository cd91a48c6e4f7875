import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { openCommandLine } from './support/command-line.ts';
import type { CommandLine } from './support/command-line.ts';
import { readReport } from './support/data-files.ts';
import { jsonLines } from './support/json-lines.ts';
import { batchmill, startProcess } from './support/processes.ts';
import { sentRequests } from './support/sent-requests.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/*
 * What the scripts for image captions and dialogues got wrong, in the order in which it was written down. That every package
 * declares what it imports, and nothing else, is tested in test/structure.
 */

const CONFIG = `model: gpt-4o-mini
api_key: "..."
clean_pii:
  system: You clean captions.
  user: "Caption: {caption}"
  is_multimodal: false
  response_key: cleaned_caption
`;

type Item = Record<string, unknown>;

const image = (index: number, more: Item = {}): Item => ({
  image_path: `images/${index}.jpg`,
  caption: `A dog ${index}`,
  ...more,
});
const images = (count: number): Item[] => Array.from({ length: count }, (_, index) => image(index));

test('defect 1 of the original: a batch that fails, expires or is cancelled ends the waiting, and nothing is uploaded for ever', async () => {
  await using line = await openCommandLine();
  await setUp(line, images(40));
  const ends = ['failed', 'expired', 'cancelled'].map((end) => ({ ends: end, afterShare: 0.5, times: 1 }));
  await line.simulator.faults({ batches: ends });
  const run = await line.batchmill(...RUN, '--set', 'defaults.max_requests=10');
  expect([0, 3], run.output).toContain(run.code);
  const { outcomes, batches } = await readReport(line.at('out'));
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(40);
  expect(batches.map(({ state }) => state)).toEqual(expect.arrayContaining(['failed', 'expired', 'cancelled']));
  expect((await line.simulator.meter()).files).toBeLessThan(20);
});

test('defect 2 of the original: the error file is read, and each row without an answer is listed with its reason', async () => {
  await using line = await openCommandLine();
  await setUp(line, images(40));
  await line.simulator.faults({ rows: { errors: [{ status: 400, rate: 0.2 }], refused: 0.1, missing: 0.1 } });
  const run = await line.batchmill(...RUN, '--set', 'defaults.retry.attempts=1');
  expect(run.code, run.output).toBe(3);
  const rows = await itemsOf(line, 'out/images.json');
  const unanswered = rows.filter((row) => row['cleaned_caption'] === undefined).map((row) => row['image_path']);
  const rejects = await jsonLines<{ key: string; outcome: string; reason: { message: string } }>(
    line.at('out/rejects.jsonl'),
  );
  expect(rejects.map(({ key }) => key)).toEqual(unanswered);
  expect(rows).toHaveLength(40);
  expect(new Set(rejects.map(({ outcome }) => outcome))).toEqual(new Set(['failed', 'refused', 'missing']));
  expect(rejects.filter(({ reason }) => reason.message === '')).toEqual([]);
  await expectOk(line, 'download', 'last', '--raw', '--out', 'out');
  const files = await readdir(line.at('out/raw'), { recursive: true });
  const errors = files.filter((file) => file.endsWith('errors.jsonl'));
  expect(
    (await Promise.all(errors.map((file) => jsonLines(line.at(`out/raw/${file}`))))).flat().length,
  ).toBeGreaterThan(0);
});

test.each([
  [2999, [1000, 1000, 999]],
  [5999, [1000, 1000, 1000, 1000, 1000, 999]],
])('defect 3 of the original: %d requests are cut into files that never exceed the cap', async (count, sizes) => {
  await using line = await openCommandLine();
  await setUp(line, images(count));
  await expectOk(line, 'prepare', 'captions.yaml', '--out', 'hand', '--name', 'batch', '--key', 'row-{{ _line }}');
  const files = sizes.map((_, index) => `hand/batch_requests_${index + 1}.jsonl`);
  const lines = await Promise.all(files.map((file) => jsonLines<{ custom_id: string }>(line.at(file))));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(1000);
  expect(lines.map(({ length }) => length).toSorted((a, b) => b - a)).toEqual(sizes);
  expect(new Set(lines.flat().map(({ custom_id: id }) => id)).size).toBe(count);
});

test('defect 3 of the original: no row at all is no error', async () => {
  await using line = await openCommandLine();
  await setUp(line, []);
  await expectOk(line, ...RUN);
  expect(await itemsOf(line, 'out/images.json')).toEqual([]);
});

test('defects 4 and 7 of the original: killed and called again, every answer is there and none is paid twice; the input is whole at any time', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await using simulator = await startSimulatorBeside(at('simulator'), 2000);
  const environment = { BATCHMILL_SIMULATOR_URL: simulator.url, ...QUICK_TO_RESUME };
  await writeFile(at('config.yaml'), CONFIG);
  await writeFile(at('images.json'), JSON.stringify(images(1500), null, 4));
  expect(
    await batchmill(['import-config', at('config.yaml'), '--input', at('images.json'), '--out', at('captions.yaml')]),
  ).toMatchObject({ code: 0 });
  const before = await digestOf(at('images.json'));
  const words = [
    'run',
    at('captions.yaml'),
    '--provider',
    'simulator',
    '--out',
    at('out'),
    '--to',
    at('captioned.json'),
    '--data',
    at('state'),
  ];
  const small = ['--set', 'defaults.max_requests=300', '--set', 'shards.rows=300'];

  for (const rows of [1, 600]) {
    const run = startProcess('packages/cli/src/main.ts', [...words, ...small], environment, { group: true });
    await expect
      .poll(async () => (await simulator.meter()).rows_paid, { timeout: 60_000 })
      .toBeGreaterThanOrEqual(rows);
    await run.stop('SIGKILL');
    expect(await digestOf(at('images.json'))).toBe(before);
  }
  for (const time of ['after the kills', 'after a run that has finished']) {
    expect(await batchmill([...words, ...small], environment), time).toMatchObject({ code: 0 });
    const rows = JSON.parse(await readFile(at('captioned.json'), 'utf8')) as Item[];
    expect(
      rows.filter((row) => typeof row['cleaned_caption'] === 'string'),
      time,
    ).toHaveLength(1500);
    expect(await simulator.meter(), time).toMatchObject({ rows_paid: 1500, rows_paid_twice: 0 });
  }
  const inPlace = [...words.slice(0, -4), '--in-place', ...words.slice(-2), '--step', 'clean_pii'];
  expect(await batchmill([...inPlace, '--new', '--limit', '20'], environment)).toMatchObject({ code: 0 });
  expect(JSON.parse(await readFile(at('images.json'), 'utf8'))).toHaveLength(20);
  expect((await readdir(folder.path)).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('defect 5 of the original: the API key is written nowhere: no state, no output, no log, no pipeline, no configuration that is taken over', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await using simulator = await startSimulatorBeside(at('simulator'));
  const key = 'sk-live-4f0Secret9Key8Of7Nobody6';
  const environment = { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${simulator.url}/v1` };
  await writeFile(at('config.yaml'), CONFIG.replace('"..."', key));
  await writeFile(at('images.json'), JSON.stringify(images(3)));
  const said = [
    await batchmill(
      ['import-config', at('config.yaml'), '--input', at('images.json'), '--out', at('captions.yaml'), '--verbose'],
      environment,
    ),
  ];
  said.push(
    await batchmill(
      ['run', at('captions.yaml'), '--yes', '--out', at('out'), '--data', at('state'), '--verbose'],
      environment,
    ),
  );
  said.push(await batchmill(['download', 'last', '--raw', '--out', at('out'), '--data', at('state')], environment));
  expect(
    said.map(({ code }) => code),
    JSON.stringify(said),
  ).toEqual([0, 0, 0]);
  expect(JSON.stringify(said)).not.toContain(key);
  expect(await simulator.meter()).toMatchObject({ rows_paid: 3 });
  const files = await readdir(folder.path, { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile() && file.name !== 'config.yaml')
    .map(async (file) => [file.name, await readFile(path.join(file.parentPath, file.name), 'latin1')] as const);
  const found = (await Promise.all(texts)).filter(([, text]) => text.includes(key)).map(([name]) => name);
  expect(texts.length).toBeGreaterThan(10);
  expect(found).toEqual([]);
});

test('defect 6 of the original: two runs in the same folder at the same time do not meet', async () => {
  await using line = await openCommandLine();
  await setUp(line, images(30));
  const others = images(30).map((one) => ({ ...one, caption: 'A cat' }));
  await writeFile(line.at('cats.json'), JSON.stringify(others));
  const [dogs, cats] = await Promise.all([
    line.batchmill(...RUN),
    line.batchmill('run', 'captions.yaml', '--provider', 'simulator', '--input', 'cats.json', '--out', 'cats'),
  ]);
  expect([dogs.code, cats.code], `${dogs.output}${cats.output}`).toEqual([0, 0]);
  const captions = async (file: string) => new Set((await itemsOf(line, file)).map((row) => row['caption']));
  expect((await captions('out/images.json')).size).toBe(30);
  expect(await captions('cats/images.json')).toEqual(new Set(['A cat']));
  expect(await line.simulator.meter()).toMatchObject({ rows_paid: 60, rows_paid_twice: 0 });
});

test('defect 8 of the original: letters in a key, in the name of a step or of a field decide nothing', async () => {
  await using line = await openCommandLine();
  const pipeline = `name: letters
source: { path: images.json }
key: image_path
defaults: { provider: simulator, model: gpt-4o-mini }
steps:
  - { id: clean_questions, generate: { prompt: "Clean {{ caption }}", into: questions_cleaned } }
  - { id: judge, generate: { prompt: "Judge {{ questions_cleaned }}", into: answer_quality } }
output: { file: images.json }
`;
  const keys = ['gifts/a.jpg', 'mp4-stills/b.png', 'c.gif.jpg'];
  await writeFile(line.at('letters.yaml'), pipeline);
  await writeFile(line.at('images.json'), JSON.stringify(keys.map((key) => ({ image_path: key, caption: 'A dog' }))));
  await expectOk(line, 'run', 'letters.yaml', '--out', 'out');
  const rows = await itemsOf(line, 'out/images.json');
  expect(rows.map((row) => row['image_path'])).toEqual(keys);
  for (const row of rows)
    expect(Object.keys(row)).toEqual(['image_path', 'caption', 'questions_cleaned', 'answer_quality']);
  const asked = await sentRequests(line.simulator.url);
  expect(asked.filter(({ body }) => JSON.stringify(body).includes('image_url'))).toEqual([]);
});

test('defect 9 of the original: a row that lacks a field is told, be it one alone; more than 5% of them and nothing is paid', async () => {
  await using line = await openCommandLine();
  const some = images(100).map((row, index) => (index % 40 === 0 ? { image_path: row['image_path'] } : row));
  await setUp(line, some);
  const run = await line.batchmill(...RUN);
  expect(run.code, run.output).toBe(3);
  const rejects = await jsonLines<{ key: string; reason: { code: string; message: string } }>(
    line.at('out/rejects.jsonl'),
  );
  expect(rejects.map(({ key, reason }) => [key, reason.code])).toEqual(
    [0, 40, 80].map((index) => [`images/${index}.jpg`, 'unknown-field']),
  );
  expect(rejects[0]?.reason.message).toContain('caption');
  const paid = (await line.simulator.meter()).rows_paid;
  expect(paid).toBe(97);

  await writeFile(
    line.at('images.json'),
    JSON.stringify(images(100).map((row, index) => (index % 10 === 0 ? { image_path: row['image_path'] } : row))),
  );
  const refused = await line.batchmill(...RUN);
  expect(refused.code).not.toBe(0);
  expect(refused.output).toContain('field "caption" is missing in 10 of 100 rows');
  expect((await line.simulator.meter()).rows_paid).toBe(paid);
});

test('defect 10 of the original: two rows with the same key are refused, and both are named, before anything is paid', async () => {
  await using line = await openCommandLine();
  await setUp(line, [...images(4), image(1, { caption: 'Another dog' })]);
  const run = await line.batchmill(...RUN);
  expect(run.code).not.toBe(0);
  expect(run.output).toMatch(/images\/1\.jpg/);
  expect(run.output).toMatch(/line 2\b[\s\S]*\b5\b|\b5\b[\s\S]*line 2\b/);
  expect((await line.simulator.meter()).rows_paid).toBe(0);
});

test('defect 11 of the original: an answer stays the text that the model wrote', async () => {
  await using line = await openCommandLine();
  const answers = ['42', 'true', 'null', '"quoted"', '```\nfenced\n```', '{"a": 1}', 'two\nlines'];
  await setUp(line, images(answers.length));
  const results = answers.map((content, index) => JSON.stringify({ custom_id: `images/${index}.jpg`, content }));
  await writeFile(line.at('results.jsonl'), results.join('\n'));
  const words = ['--input', 'images.json', '--key', 'image_path', '--into', 'cleaned_caption', '--out', 'collected'];
  await expectOk(line, 'collect', 'results.jsonl', ...words);
  expect((await itemsOf(line, 'collected/images.json')).map((row) => row['cleaned_caption'])).toEqual(answers);
});

test('defect 12 of the original: null is never written as "None" into a question: such a row is told', async () => {
  await using line = await openCommandLine();
  await setUp(line, [...images(30), image(30, { caption: null })]);
  const run = await line.batchmill(...RUN);
  expect(run.code, run.output).toBe(3);
  const rejects = await jsonLines<{ key: string; reason: { code: string } }>(line.at('out/rejects.jsonl'));
  expect(rejects).toMatchObject([{ key: 'images/30.jpg', reason: { code: 'null-in-text' } }]);
  const asked = await sentRequests(line.simulator.url);
  expect(asked).toHaveLength(30);
  expect(asked.filter(({ body }) => /None|null/.test(JSON.stringify(body)))).toEqual([]);
});

test('defect 13 of the original: several batches are on their way at the same time', async () => {
  await using line = await openCommandLine();
  await setUp(line, images(40));
  await expectOk(line, ...RUN, '--set', 'defaults.max_requests=10');
  const { batches } = await readReport(line.at('out'));
  expect(batches).toHaveLength(4);
  expect(latest(batches, 'createdAt')).toBeLessThan(earliest(batches, 'endedAt'));
});

test('defect 14 of the original: temperature, length and seed of the answers can be set', async () => {
  await using line = await openCommandLine();
  await setUp(line, images(2));
  await expectOk(line, ...RUN, '--set', 'defaults.params={temperature: 0.2, max_tokens: 300, seed: 7}');
  const bodies = (await sentRequests(line.simulator.url)).map(({ body }) => body);
  expect(bodies).toHaveLength(2);
  for (const body of bodies) expect(body).toMatchObject({ temperature: 0.2, max_tokens: 300, seed: 7 });
});

/** After a death in the middle of a create call it takes so long until it is sure what has become of it. */
const QUICK_TO_RESUME = {
  BATCHMILL_SUBMIT_LEASE_MS: '3000',
  BATCHMILL_SUBMIT_SETTLE_MS: '2000',
  RECONCILE_INTERVAL_MS: '300',
};

const RUN = ['run', 'captions.yaml', '--provider', 'simulator', '--out', 'out'];

/** The pipeline of the old configuration, and its rows. */
const setUp = async (line: CommandLine, rows: Item[]): Promise<void> => {
  await writeFile(line.at('config.yaml'), CONFIG);
  await writeFile(line.at('images.json'), JSON.stringify(rows));
  await expectOk(line, 'import-config', 'config.yaml', '--out', 'captions.yaml');
};

const expectOk = async (line: CommandLine, ...words: string[]): Promise<void> => {
  const { code, output } = await line.batchmill(...words);
  expect(code, output).toBe(0);
};

const itemsOf = async (line: CommandLine, file: string): Promise<Item[]> =>
  JSON.parse(await readFile(line.at(file), 'utf8')) as Item[];

const digestOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

type Moment = 'createdAt' | 'endedAt';

const latest = (batches: Report['batches'], moment: Moment): number =>
  Math.max(...batches.map((batch) => batch[moment] ?? Number.NaN));

const earliest = (batches: Report['batches'], moment: Moment): number =>
  Math.min(...batches.map((batch) => batch[moment] ?? Number.NaN));
