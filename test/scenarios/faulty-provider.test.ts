import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { totalRows } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { readReport } from './support/data-files.ts';
import { batchmill } from './support/processes.ts';
import { TWO_STEPS, writeSeriesFile } from './support/series-file.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 2000;

const FAULTS = {
  rows: {
    errors: [
      { status: 429, code: 'rate_limit_exceeded', rate: 0.04 },
      { status: 500, rate: 0.02 },
      { status: 400, code: 'invalid_request_error', rate: 0.02 },
      { code: 'request_timeout', rate: 0.02 },
    ],
    refused: 0.02,
    truncated: 0.02,
    missing: 0.03,
    duplicate: 0.03,
    garbage: 0.02,
  },
  requests: [
    { on: 'batches.create', effect: 'cut', when: 'after', times: 2 },
    { on: 'batches.create', effect: 'cut', when: 'before', times: 1 },
    { on: 'batches.create', effect: 'status', status: 500, when: 'after', times: 1 },
    { on: 'batches.create', effect: 'status', status: 429, retryAfterSeconds: 1, times: 1 },
    { on: 'files.create', effect: 'cut', when: 'after', times: 1 },
    { on: 'batches.list', effect: 'status', status: 503, rate: 0.1 },
  ],
  batches: [
    { ends: 'expired', afterShare: 0.5, times: 1 },
    { ends: 'failed', afterShare: 0, times: 1 },
  ],
  downloads: [
    { times: 2, afterShare: 0.6, atLineEnd: true, framing: 'chunked', clean: true },
    { times: 1, afterShare: 0.3, framing: 'content-length' },
  ],
  countsLie: { completed: 3 },
  emptyErrorFileId: true,
};

test('a provider that fails in every known way loses no row and is paid for none twice; retry completes the rest', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeSeriesFile(at('series.csv'), ROWS);
  await writeFile(at('pipeline.yaml'), TWO_STEPS);
  await using simulator = await startSimulatorBeside(at('simulator'), 20_000);
  await simulator.faults(FAULTS);
  const environment = {
    BATCHMILL_SIMULATOR_URL: simulator.url,
    BATCHMILL_SUBMIT_LEASE_MS: '3000',
    BATCHMILL_SUBMIT_SETTLE_MS: '1000',
  };
  const common = ['--data', at('state')];

  const run = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), ...common], environment);
  expect(run.code, run.output).toBe(3);
  const report = await readReport(at('out'));
  expect(totalRows(report.outcomes)).toBe(ROWS);
  for (const { entering, outcomes } of report.steps) expect(totalRows(outcomes)).toBe(entering);
  expect(await keysIn(at('out'))).toEqual(new Set(Array.from({ length: ROWS }, (_, row) => `Q${row + 1}`)));
  const verified = await batchmill(['verify', at('out')]);
  expect(verified.code, verified.output).toBe(0);
  expect(report.paidTwice).toBe(0);
  expect(await simulator.meter()).toMatchObject({ rows_paid_twice: 0 });

  await simulator.faults({});
  const retried = await batchmill(['retry', 'last', '--out', at('out'), ...common], environment);
  expect(retried.code, retried.output).toBe(0);
  const final = await readReport(at('out'));
  expect(final.outcomes).toEqual({ ok: ROWS });
  expect(final.run).toBe(2);
  expect(await keysIn(at('out'))).toEqual(new Set(Array.from({ length: ROWS }, (_, row) => `Q${row + 1}`)));
  expect(await simulator.meter()).toMatchObject({ rows_paid_twice: 0 });
});

/** Keys of all delivered and rejected rows; throws where a key stands twice. */
const keysIn = async (folder: string): Promise<Set<string>> => {
  const keys = new Set<string>();
  const add = (key: string): void => {
    if (keys.has(key)) throw new Error(`${key} has two outcomes`);
    keys.add(key);
  };
  for (const [file, field] of [
    ['texts.jsonl', '_key'],
    ['rejects.jsonl', 'key'],
  ] as const) {
    const text = await readFile(path.join(folder, file), 'utf8');
    for (const line of text.split('\n'))
      if (line !== '') add((JSON.parse(line) as Record<string, string>)[field] ?? '');
  }
  return keys;
};
