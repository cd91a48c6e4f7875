import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '@batchmill/contracts';
import { readSource } from '@batchmill/dataset';
import { QADataset } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { answerFile } from './support/answer-file.ts';
import { openCommandLine } from './support/command-line.ts';
import type { CommandLine } from './support/command-line.ts';
import { readReport } from './support/data-files.ts';
import { jsonLines } from './support/json-lines.ts';
import { ROOT } from './support/processes.ts';

/* What the scripts for captions of M4 series got wrong. Defects 5, 9 and 10 are tested where they are avoided. */

const RECIPE = path.join(ROOT, 'recipes/m4-captions/pipeline.yaml');
const FREQUENCIES = ['Yearly', 'Quarterly', 'Monthly', 'Weekly', 'Daily', 'Hourly'];
const TRAIN_FILES = FREQUENCIES.map((frequency) => `${frequency}-train.csv`);
const ONE_ATTEMPT = ['--set', 'steps.caption.generate.retry.attempts=1'];

test('defect 1 of the original: results come from the batches of the job, more than ten of them, and from no others of the account', async () => {
  await using line = await openCommandLine();
  await writeSeries(line, 4);
  await prepare(line, '--set', 'steps.caption.generate.max_requests=2');
  const stems = Array.from({ length: 12 }, (_, index) => `hand/m4_caption_requests_${index + 1}`);
  const others = await answersOfOthers(line, 12);
  const files = stems.map((stem) => `${stem}.jsonl`);
  await expectOk(line, 'batch', 'run', ...files, '--provider', 'simulator');
  others.push(...(await answersOfOthers(line, 12)));
  const reports = await Promise.all(stems.map((stem) => jsonOf<Report>(line, `${stem}.report.json`)));
  expect(new Set(reports.flatMap(({ batches }) => batches.map(({ batchId }) => batchId))).size).toBe(12);
  await expectOk(line, 'collect', 'hand');
  const captions = await columnsOf(line, 'hand/m4_captions.csv', 'caption');
  expect(captions.size).toBe(24);
  expect([...captions.values()].filter((caption) => others.includes(caption))).toEqual([]);
});

test('defect 2 of the original: errors, refusals, cut and missing answers and an expired batch are all told, and asked again', async () => {
  await using line = await openCommandLine();
  await writeSeries(line, 10);
  const rows = { errors: [{ status: 400, rate: 0.15 }], refused: 0.15, truncated: 0.15, missing: 0.1 };
  await line.simulator.faults({ rows, batches: [{ ends: 'expired', afterShare: 0.8, times: 1 }] });
  const run = await line.batchmill(...runOf('first'), ...ONE_ATTEMPT);
  expect(run.code, run.output).toBe(3);
  const captions = await columnsOf(line, 'first/m4_captions.csv', 'caption');
  const rejects = await rejectsOf(line, 'first');
  expect([...captions.keys(), ...rejects.keys()].toSorted()).toEqual(ids(10).toSorted());
  const { outcomes } = await readReport(line.at('first'));
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(60);
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['ok', 'failed', 'refused', 'truncated', 'expired']));

  await line.simulator.faults({});
  await expectOk(line, 'retry', 'last');
  expect((await columnsOf(line, 'first/m4_captions.csv', 'caption')).size).toBe(60);
});

test('defect 3 of the original: an error is never a caption, and its row is asked again', async () => {
  await using line = await openCommandLine();
  await writeSeries(line, 2);
  await line.simulator.faults({ requests: [{ on: 'chat.create', effect: 'status', status: 400, times: 3 }] });
  const run = await line.batchmill(...runOf('live'), '--mode', 'live');
  expect(run.code, run.output).toBe(3);
  const captions = await columnsOf(line, 'live/m4_captions.csv', 'caption');
  expect(captions.size).toBe(9);
  expect([...captions.values()].filter((caption) => /error/i.test(caption))).toEqual([]);
  expect((await rejectsOf(line, 'live')).size).toBe(3);
  await expectOk(line, 'retry', 'last');
  expect((await columnsOf(line, 'live/m4_captions.csv', 'caption')).size).toBe(12);
});

test('defect 4 of the original: no series, file or frequency is left out, and a cancelled batch ends the waiting', async () => {
  await using line = await openCommandLine();
  await writeSeries(line, 5);
  await prepare(line, '--set', 'steps.caption.generate.max_requests=16');
  const files = [1, 2].map((number) => `hand/m4_caption_requests_${number}.jsonl`);
  const requests = await Promise.all(files.map((file) => jsonLines<{ custom_id: string }>(line.at(file))));
  expect(requests.flat().map(({ custom_id: id }) => id)).toEqual(ids(5));
  expect([...(await columnsOf(line, 'hand/m4_series.csv', 'series')).keys()]).toEqual(ids(5));
  await line.simulator.faults({ batches: [{ ends: 'cancelled', afterShare: 0.5, times: 1 }] });
  const sent = await line.batchmill('batch', 'run', ...files, '--provider', 'simulator');
  expect(sent.code, sent.output).toBe(3);
  await line.simulator.faults({});
  await line.batchmill('collect', 'hand');
  const captions = [...(await columnsOf(line, 'hand/m4_captions.csv', 'caption')).keys()];
  const rejects = [...(await rejectsOf(line, 'hand')).keys()];
  expect(captions.length).toBeGreaterThanOrEqual(14);
  expect(rejects.length).toBeGreaterThan(0);
  expect([...captions, ...rejects].toSorted()).toEqual(ids(5).toSorted());
});

test('defect 6 of the original: captions have ids in every mode, and CSV and the Parquet of the dataset are written in one run', async () => {
  await using line = await openCommandLine();
  await writeSeries(line, 3);
  await expectOk(line, ...runOf('live'), '--mode', 'live');
  const captions = await columnsOf(line, 'live/m4_captions.csv', 'caption');
  expect([...captions.keys()]).toEqual(ids(3));
  const dataset = await QADataset.open(line.at('live/qa'));
  const samples = await Promise.all(dataset.splits.map((split) => Array.fromAsync(dataset.split(split))));
  const answers = samples.flat().map(({ id, answer }): [string, string] => [id ?? '', answer]);
  expect(new Map(answers)).toEqual(captions);
});

test('defect 7 of the original: request files are cut by bytes and by requests, whatever the series weigh', async () => {
  const bytes = 100_000;
  await using line = await openCommandLine({
    BATCHMILL_MAX_BATCH_BYTES: String(bytes),
    BATCHMILL_MAX_BATCH_REQUESTS: '7',
  });
  await writeSeries(line, 5);
  await prepare(line);
  const { requests } = await jsonOf<{ requests: { file: string; rows: number }[] }>(line, 'hand/prepared.json');
  expect(requests.length).toBeGreaterThan(30 / 7);
  for (const { file, rows } of requests) {
    expect(rows).toBeLessThanOrEqual(7);
    expect((await stat(line.at(`hand/${file}`))).size).toBeLessThanOrEqual(bytes);
  }
  expect(requests.reduce((sum, { rows }) => sum + rows, 0)).toBe(30);
});

test('defect 8 of the original: captions and series belong together, and a series without a caption is told', async () => {
  await using line = await openCommandLine();
  await writeSeries(line, 5);
  await line.simulator.faults({ rows: { errors: [{ status: 400, rate: 0.4 }] } });
  const run = await line.batchmill(...runOf('some'), ...ONE_ATTEMPT, '--set', 'output[1].rows=ok');
  expect(run.code, run.output).toBe(3);
  const captions = [...(await columnsOf(line, 'some/m4_captions.csv', 'caption')).keys()];
  const rejects = [...(await rejectsOf(line, 'some')).keys()];
  expect(rejects.length).toBeGreaterThan(0);
  expect([...captions, ...rejects].toSorted()).toEqual(ids(5).toSorted());
  expect([...(await columnsOf(line, 'some/m4_series.csv', 'series')).keys()]).toEqual(captions);
  expect((await QADataset.open(line.at('some'))).unpaired).toEqual([]);
});

/** `m4_captions.csv`, `m4_series.csv` and the dataset of all six frequencies, in a folder of this name. */
const runOf = (out: string): string[] => [
  'run',
  RECIPE,
  '--input',
  ...TRAIN_FILES,
  '--provider',
  'simulator',
  '--out',
  out,
];

const prepare = (line: CommandLine, ...options: string[]): Promise<void> =>
  expectOk(line, 'prepare', RECIPE, '--input', ...TRAIN_FILES, '--out', 'hand', ...options);

const expectOk = async (line: CommandLine, ...words: string[]): Promise<void> => {
  const { code, output } = await line.batchmill(...words);
  expect(code, output).toBe(0);
};

/** The keys of so many series of each frequency, in the order of the files. */
const ids = (each: number): string[] =>
  FREQUENCIES.flatMap((frequency) => Array.from({ length: each }, (_, index) => `series-${frequency[0]}${index + 1}`));

const writeSeries = async (line: CommandLine, each: number): Promise<void> => {
  for (const frequency of FREQUENCIES) {
    const rows = Array.from({ length: each }, (_, index) => {
      const values = Array.from({ length: 6 + index }, (_value, position) => ((index + 2) * position * 7) % 11);
      return [`${frequency[0]}${index + 1}`, ...values, ...Array.from({ length: each - index }, () => '')].join(',');
    });
    const head = Array.from({ length: 7 + each }, (_, column) => `V${column + 1}`).join(',');
    await writeFile(line.at(`${frequency}-train.csv`), `${[head, ...rows].join('\n')}\n`);
  }
};

/** Has so many batches answered that somebody else sends from the same account, under ids that our series have too. */
const answersOfOthers = async (line: CommandLine, batches: number): Promise<string[]> => {
  const sent = Array.from({ length: batches }, async (_, batch) => {
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `Another question ${batch}` }] };
    const request = { custom_id: 'series-Y1', method: 'POST', url: '/v1/chat/completions', body };
    const file = line.at(`others-${batch}.jsonl`);
    await writeFile(file, `${JSON.stringify(request)}\n`);
    return (await answerFile(line.simulator.url, file)).map((answer) => (JSON.parse(answer) as Answered).response.body);
  });
  return (await Promise.all(sent)).flat().map(({ choices }) => choices[0].message.content);
};

type Answered = { response: { body: { choices: [{ message: { content: string } }] } } };

/** Id → the cell of another column, in the order of the file. */
const columnsOf = async (line: CommandLine, name: string, column: string): Promise<Map<string, string>> => {
  const bytes = await readFile(line.at(name));
  const file = {
    name,
    bytes: bytes.length,
    open: async function* () {
      yield bytes;
    },
  };
  const cells = new Map<string, string>();
  for await (const item of readSource({ format: 'csv', paths: [name], derive: [] }, [file], { vars: {} })) {
    const { fields } = item as { fields: Record<string, string> };
    expect(cells.has(fields['id'] ?? '')).toBe(false);
    cells.set(fields['id'] ?? '', fields[column] ?? '');
  }
  return cells;
};

const rejectsOf = async (line: CommandLine, out: string): Promise<Map<string, string>> => {
  const lines = await jsonLines<{ key: string; reason: { code: string } }>(line.at(`${out}/rejects.jsonl`));
  return new Map(lines.map(({ key, reason }) => [key, reason.code]));
};

const jsonOf = async <Value>(line: CommandLine, name: string): Promise<Value> =>
  JSON.parse(await readFile(line.at(name), 'utf8')) as Value;
