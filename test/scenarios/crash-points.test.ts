import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openFsStore } from '@batchmill/object-store';
import { createOpenAiProvider } from '@batchmill/providers';
import { connectQueues } from '@batchmill/queue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KNOWN_CALLS } from './support/effects.ts';
import { inFull } from './support/in-full.ts';
import { percentile, tellSeconds } from './support/percentile.ts';
import { startProcess } from './support/processes.ts';
import { ROWS_TO_PAY, SMALL_CSV, smallPipeline } from './support/small-job.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import type { SimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

// those around the payment run every time; FULL=1 runs every point, with SIGKILL and with SIGTERM
const SHORT = [
  'before provider.createBatch',
  'after provider.createBatch',
  'after store.putIfAbsent intent',
  'before store.putIfAbsent batch',
  'after store.putIfAbsent ended',
  'before store.putIfAbsent outcomes',
];
const STOPPED = 'after store.putIfAbsent intent';
// the create call's answer is lost: the ways through adoption and through the fence
const LOST_REPLY = [
  'before provider.listBatches',
  'after provider.deleteFile',
  'after store.putIfAbsent fenced',
  'before store.putIfAbsent refused',
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let simulator: SimulatorBeside;
let expected: string;
let points: string[];
/** From the death until the job goes on: a new record of its ledger, a batch; its end where there was nothing left to do. */
const secondsUntilWork: Record<'SIGKILL' | 'SIGTERM', number[]> = { SIGKILL: [], SIGTERM: [] };
const PROMISED_SECONDS = 20;
const at = (name: string): string => path.join(folder.path, name);

type Outcome = { code: number | string; output: string; endedAtMs: number };

const run = async (state: string, environment: Record<string, string> = {}): Promise<Outcome> => {
  const options = [at(state), at('pipeline.yaml'), at('rows.csv'), at(`${state}-out`)];
  const running = startProcess('test/scenarios/support/crashing-run.ts', options, {
    BATCHMILL_SIMULATOR_URL: simulator.url,
    BATCHMILL_SUBMIT_LEASE_MS: '3000',
    BATCHMILL_SUBMIT_SETTLE_MS: '2000',
    POLL_TICK_MS: '100',
    RECONCILE_INTERVAL_MS: '300',
    ...environment,
  });
  const code = await running.ended;
  return { code, output: running.output(), endedAtMs: Date.now() };
};

const delivered = (state: string): Promise<string> => readFile(path.join(at(`${state}-out`), 'out.jsonl'), 'utf8');

beforeAll(async () => {
  folder = await temporaryFolder();
  simulator = await startSimulatorBeside(at('simulator'), 50_000);
  await writeFile(at('pipeline.yaml'), smallPipeline());
  await writeFile(at('rows.csv'), SMALL_CSV);
  const undisturbed = await run('undisturbed');
  expect(undisturbed.code, undisturbed.output).toBe(0);
  expected = await delivered('undisturbed');
  ({ points } = JSON.parse(undisturbed.output.trim().split('\n').at(-1) ?? '') as { points: string[] });
});

afterAll(async () => {
  await simulator?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const dieAndGoOn = async (point: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
  const state = `${signal}-${point}`.replaceAll(/[^A-Za-z]+/g, '-');
  const before = await simulator.meter();
  const died = await run(state, { CRASH_AT: point, SIGNAL: signal });
  if (signal === 'SIGKILL') expect(died.code, died.output).toBe('SIGKILL');
  else expect([0, 1]).toContain(died.code);
  const again = await run(state);
  expect(again.code, again.output).toBe(0);
  expect(await delivered(state)).toBe(expected);
  const meter = await simulator.meter();
  expect((meter.rows_paid ?? 0) - (before.rows_paid ?? 0)).toBe(ROWS_TO_PAY);
  expect(meter).toMatchObject({ rows_paid_twice: 0, rows_repaid_after_fault: 0 });
  const wentOnAtMs = Number(/^progress (\d+)$/m.exec(again.output)?.[1] ?? again.endedAtMs);
  secondsUntilWork[signal].push((wentOnAtMs - died.endedAtMs) / 1000);
};

test('R7 every effect outside the process has a point at which it can be killed', async () => {
  const store = await openFsStore({ root: at('ports') });
  const provider = createOpenAiProvider({ name: 'openai', apiKey: 'none', baseUrl: 'http://127.0.0.1:1/v1' });
  const queues = connectQueues({ host: '127.0.0.1', port: 1 });
  for (const [port, { effects, reads }] of [
    [store, KNOWN_CALLS.store],
    [provider, KNOWN_CALLS.provider],
    [queues, KNOWN_CALLS.queues],
  ] as const) {
    const calls = Object.entries(port).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(calls.filter((call) => ![...effects, ...reads].includes(call as never))).toEqual([]);
  }
  await queues.close();
  expect(points.length).toBeGreaterThanOrEqual(60);
});

describe('R1 R3 R7 killed with -9 at a point and started again, the job delivers the same files and pays each row once', () => {
  test.each(SHORT)('%s', (point) => dieAndGoOn(point, 'SIGKILL'));
  inFull('every other point', { timeout: 3_600_000 }, async () => {
    for (const point of points) if (!SHORT.includes(point)) await dieAndGoOn(point, 'SIGKILL');
  });
});

describe('R2 R7 killed while a lost reply is resolved, the claim is still resolved and never repeated', () => {
  test.each(LOST_REPLY)('%s', { timeout: 120_000 }, async (point) => {
    const when = point === 'before provider.listBatches' ? 'after' : 'before';
    await simulator.faults({ requests: [{ on: 'batches.create', effect: 'cut', when, times: 1 }] });
    await dieAndGoOn(point, 'SIGKILL');
    await simulator.faults({});
  });
});

describe('R17 asked to stop with SIGTERM at a point, the process ends in order and the job goes on later', () => {
  test.each([STOPPED])('%s', (point) => dieAndGoOn(point, 'SIGTERM'));
  inFull('every other point', { timeout: 3_600_000 }, async () => {
    for (const point of points) if (point !== STOPPED) await dieAndGoOn(point, 'SIGTERM');
  });
});

inFull('R7 killed at any point and started again, work goes on within 20 s (p95)', {}, async () => {
  const { SIGKILL, SIGTERM } = secondsUntilWork;
  expect(SIGKILL.length).toBeGreaterThanOrEqual(points.length);
  console.log(`work went on: SIGKILL ${tellSeconds(SIGKILL)}; SIGTERM ${tellSeconds(SIGTERM)}`);
  expect(percentile(SIGKILL, 0.95)).toBeLessThanOrEqual(PROMISED_SECONDS);
});
