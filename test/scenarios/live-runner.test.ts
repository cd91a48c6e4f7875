import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { totalRows } from '@batchmill/contracts';
import type { Report } from '@batchmill/contracts';
import { startChatServer } from '@batchmill/testkit';
import type { ChatFigures } from '@batchmill/testkit';
import { expect, test } from 'vitest';
import { readReport } from './support/data-files.ts';
import { startDeployment } from './support/deployment.ts';
import { inFull } from './support/in-full.ts';
import { jsonLines } from './support/json-lines.ts';
import { batchmill } from './support/processes.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const CONCURRENCY = 32;
const KEY = 'sk-nobody-needs-this-one';

const PIPELINE = `name: live
source: { format: jsonl, path: rows.jsonl }
key: id
steps:
  - id: caption
    generate: { model: gpt-4o-mini, mode: live, prompt: "{{ text }}", into: caption }
output: { format: jsonl, file: captions.jsonl, columns: [id, text, caption] }
`;

const FAULTS = { serverError: 0.02, stalled: 0.003, stalledInside: 0.002, cut: 0.01, cutInside: 0.005 };

/** Rows whose request comes to the same error with every try; all of them stand at the beginning. */
const markOf = (row: number): string =>
  row % 20 === 7 && row < 100 ? ' [400]' : row === 11 || row === 31 ? ' [500]' : '';
const textOf = (row: number): string => `row ${row}${markOf(row)}`;

test('R23 300 rows live against a provider that refuses, fails, stalls and cuts: one outcome each', async () => {
  await runAgainstFaults({ rows: 300, requestsPerSecond: 60, refused: 0.01 });
});

inFull(
  '10,000 rows live: one outcome each, at 90 % and more of what the provider allows',
  { timeout: 900_000 },
  async () => {
    const share = await runAgainstFaults({ rows: 10_000, requestsPerSecond: 50, refused: 0.0005 });
    expect(share).toBeGreaterThan(0.9);
  },
);

/** Gives the share of the requests that the server would have let in which were sent. */
type Load = { rows: number; requestsPerSecond: number; refused: number };

const runAgainstFaults = async ({ rows, requestsPerSecond, refused }: Load): Promise<number> => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeRows(at('rows.jsonl'), rows);
  await writeFile(at('pipeline.yaml'), PIPELINE);
  await using server = await startChatServer({ requestsPerSecond, latencyMs: 50, faults: { ...FAULTS, refused } });
  const run = await batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')], {
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: server.url,
    LIVE_CONCURRENCY: String(CONCURRENCY),
    LIVE_REQUEST_TIMEOUT_MS: '2000',
    LIVE_RETRY_MS: '3000',
  });
  const figures = server.figures();
  expect(run.code, run.output).toBe(3);
  const report = await readReport(at('out'));
  const share = tell(rows, report, figures);

  expect(totalRows(report.outcomes)).toBe(rows);
  const fixed = Array.from({ length: rows }, (_, row) => row).filter((row) => markOf(row) !== '');
  expect(report.outcomes).toEqual({ ok: rows - fixed.length, failed: fixed.length });
  const captions = await jsonLines<{ id: string; text: string; caption: string }>(at('out/captions.jsonl'));
  for (const { text, caption } of captions) expect(caption).toBe(`answer to: ${text}`);
  const rejects = await jsonLines<{ key: string; reason: { code: string } }>(at('out/rejects.jsonl'));
  const keys = [...captions.map(({ id }) => id), ...rejects.map(({ key }) => key)];
  expect(new Set(keys).size).toBe(rows);
  expect(rejects.map(({ key }) => Number(key.slice(1))).toSorted((a, b) => a - b)).toEqual(fixed);
  expect(new Set(rejects.map(({ reason }) => reason.code))).toEqual(new Set(['invalid_request_error', 'server_error']));

  expect(figures.mostUnderWay).toBeLessThanOrEqual(CONCURRENCY);
  expect(figures.windows).toBeGreaterThan(0);
  expect(figures.insideWindows).toBe(0);
  expect(report.steps[0]?.live?.repeated).toBe(0);
  expect(report.batches).toEqual([]);
  return share;
};

test('R23 a runner killed in the middle costs at most what it had not recorded, and the next one goes on', async () => {
  const rows = 600;
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeRows(at('rows.jsonl'), rows, () => '');
  await writeFile(at('pipeline.yaml'), PIPELINE);
  await using server = await startChatServer({ requestsPerSecond: 60, latencyMs: 100 });
  await using deployment = await startDeployment({
    folder: at('deployment'),
    store: 'fs',
    environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.url, LIVE_CONCURRENCY: '8', LIVE_CHECKPOINT_MS: '500' },
  });
  const running = batchmill(['run', at('pipeline.yaml'), '--out', at('out'), '--url', deployment.url, '--yes']);
  await server.admitted(rows / 2);
  const runner = deployment.workers.find(({ name }) => name === 'live-runner');
  await runner?.running.stop('SIGKILL');
  const before = server.figures().answered;
  deployment.startWorker('live-runner');
  const run = await running;
  expect(run.code, run.output).toBe(0);

  const report = await readReport(at('out'));
  const { answered, answeredAgain } = server.figures();
  const repeated = report.steps[0]?.live?.repeated ?? 0;
  console.log(`killed after ${before} answers: ${answeredAgain} rows were answered again, at most ${repeated} counted`);
  expect(report.outcomes).toEqual({ ok: rows });
  expect(answered - answeredAgain).toBe(rows);
  expect(repeated).toBeGreaterThanOrEqual(answeredAgain);
  expect(answeredAgain).toBeLessThan(before);
  expect(report.warnings.join()).toContain(`at most ${repeated} requests were sent again`);
});

const writeRows = (file: string, rows: number, text = textOf): Promise<void> =>
  writeFile(
    file,
    Array.from({ length: rows }, (_, row) => `${JSON.stringify({ id: `k${row}`, text: text(row) || `row ${row}` })}\n`),
  );

const tell = (rows: number, { steps }: Report, figures: ChatFigures): number => {
  const share = figures.admitted / figures.offered;
  const seconds = (figures.lastAtMs - figures.firstAtMs) / 1000;
  console.log(
    `${rows} rows live in ${seconds.toFixed(1)} s: ${(share * 100).toFixed(1)} % of what the server allowed, ` +
      `${figures.requests} requests, at most ${figures.mostUnderWay} under way, ${figures.windows} times Retry-After, ` +
      `sent again ${JSON.stringify(steps[0]?.live?.retried)}`,
  );
  return share;
};
