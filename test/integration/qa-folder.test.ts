import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openEmbedded } from '@batchmill/embedded';
import { createClient, QADataset } from '@batchmill/sdk';
import type { Client, QaSample } from '@batchmill/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A Python that has what parquet-readers.requirements.txt names; `.ci/run` makes one. */
const PYTHON = process.env['BATCHMILL_TEST_PYTHON'];
const READER = join(import.meta.dirname, 'qa-folder.py');

const ROWS = 20;
const EOS = '</s>';
const PIPELINE = `
name: captions
source: { format: m4, path: Weekly-train.csv }
key: "series-{{ series_id }}"
steps:
  - id: caption
    generate:
      provider: simulator
      model: gpt-4o-mini
      prompt: "Describe {{ series_id }}"
      into: caption
output:
  - format: parquet
    dir: qa
    qa: { series: series, answer: caption, pre_prompt: " Look at {{ series_id }}. ", eos: "${EOS}" }
    card: { license: cc-by-4.0 }
    split: { method: sklearn, train: 0.8, validation: 0.1, test: 0.1, seed: 42 }
`;
/** Of unequal lengths, with a gap in one of them; whole numbers in some and fractions in others. */
const SERIES = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: 5 + i }, (__, j) => (i === 3 && j === 2 ? null : i % 2 === 0 ? i * j + 1 : i / (j + 1))),
);
const WIDTH = Math.max(...SERIES.map(({ length }) => length)) + 1;
const CSV = [
  Array.from({ length: WIDTH }, (_, i) => `V${i + 1}`),
  ...SERIES.map((series, i) => [
    `W${i + 1}`,
    ...series.map((value) => value ?? ''),
    ...Array(WIDTH - series.length - 1).fill(''),
  ]),
]
  .map((cells) => cells.join(','))
  .join('\n');

/** As scikit-learn splits 20 rows by seed 42. */
const TEST_ROWS = [0, 17];
const VALIDATION_ROWS = [1, 15];

type Seen = Record<string, { rows: number; types: Record<string, string>; first: QaSample }>;

describe('a folder of questions and answers that a job has made', () => {
  let folder = '';
  let files: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'qa-folder-'));
    const embedded = await openEmbedded({
      stateDir: join(folder, 'state'),
      simulator: { speed: 50_000 },
      environment: { POLL_TICK_MS: '200', PATH: process.env['PATH'] },
    });
    try {
      files = await runJob(createClient({ url: embedded.url }), join(folder, 'out'));
    } finally {
      await embedded.close();
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const qa = (): string => join(folder, 'out', 'qa');

  it('has a file per split and a card that says what it is', async () => {
    expect(files.filter((path) => path.startsWith('qa/')).sort()).toEqual([
      'qa/README.md',
      'qa/test-00000.parquet',
      'qa/train-00000.parquet',
      'qa/validation-00000.parquet',
    ]);
    const card = await readFile(join(qa(), 'README.md'), 'utf8');
    expect(card).toContain('license: "cc-by-4.0"');
    expect(card).toContain('made up by a simulator');
    expect(card).toMatch(/\| input \| Weekly-train\.csv \(\d+ bytes, SHA-256 [0-9a-f]{64}\) \|/);
  });

  it('opens in the SDK, with the rows of each split that scikit-learn would give it', async () => {
    const dataset = await QADataset.open(qa());
    const idsOf = async (split: string) => (await Array.fromAsync(dataset.split(split))).map(({ id }) => id);
    expect(await idsOf('test')).toEqual(TEST_ROWS.map((row) => `series-W${row + 1}`));
    expect(await idsOf('validation')).toEqual(VALIDATION_ROWS.map((row) => `series-W${row + 1}`));
    expect(dataset.split('train').length).toBe(16);
    const [first] = await Array.fromAsync(dataset.split('train'));
    expect(first).toMatchObject({ pre_prompt: 'Look at W3.', time_series: [SERIES[2]] });
    expect(first?.answer.endsWith(EOS)).toBe(true);
  });

  const readWith = async (reader: string): Promise<Seen> => {
    const offline = { HF_HOME: join(folder, 'hugging-face'), HF_DATASETS_OFFLINE: '1', HF_HUB_OFFLINE: '1' };
    const env = { ...process.env, ...offline, PYTHONUTF8: '1' };
    const { stdout } = await promisify(execFile)(PYTHON ?? '', [READER, reader, qa()], { env });
    return JSON.parse(stdout) as Seen;
  };

  const typesIn = {
    datasets: ["List(List(Value('float64')))", "List(Value('string'))", "Value('string')"],
    pyarrow: ['list<element: list<element: double>>', 'list<element: string>', 'string'],
    duckdb: ['DOUBLE[][]', 'VARCHAR[]', 'VARCHAR'],
  };

  it.skipIf(PYTHON === undefined).each(['datasets', 'pyarrow', 'duckdb'] as const)(
    'opens in %s with three splits, right types and right counts (run where BATCHMILL_TEST_PYTHON names a Python)',
    async (reader) => {
      const seen = await readWith(reader);
      const counts = Object.fromEntries(Object.entries(seen).map(([name, { rows }]) => [name, rows]));
      expect(counts).toEqual({ train: 16, validation: 2, test: 2 });
      const [series, texts, text] = typesIn[reader];
      for (const { types } of Object.values(seen)) {
        expect(types).toEqual({
          id: text,
          pre_prompt: text,
          time_series: series,
          time_series_text: texts,
          post_prompt: text,
          answer: text,
        });
      }
      expect(seen['test']?.first).toEqual(await (await QADataset.open(qa())).split('test').at(0));
    },
  );
});

/** Uploads the series, waits for the job, and downloads what it made. */
const runJob = async (client: Client, target: string): Promise<string[]> => {
  const upload = await client.upload('Weekly-train.csv', { bytes: Buffer.from(CSV) });
  const job = { pipeline: PIPELINE, input: [{ name: 'Weekly-train.csv', upload: upload.id }] };
  const { id } = await client.createJob(job, 'qa-folder');
  for await (const { state, problems } of client.events(id)) expect(state, JSON.stringify(problems)).not.toBe('failed');
  const outputs = await client.outputs(id);
  for (const file of outputs) await client.download(id, file, join(target, file.path));
  return outputs.map(({ path }) => path);
};
