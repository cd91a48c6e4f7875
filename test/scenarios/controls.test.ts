import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openEmbedded } from '@batchmill/embedded';
import { createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import { expect, test } from 'vitest';
import { writeSeriesFile } from './support/series-file.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 1000;
const pipeline = (extra = ''): string => `name: controls
source: { format: m4, path: series.csv }
key: "{{ series_id }}"
shards: { rows: 100 }
${extra}
steps:
  - id: describe
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Describe {{ series | json }}.", into: text, params: { max_tokens: 2000 } }
  - id: shorten
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Shorten: {{ text }}", into: short, params: { max_tokens: 2000 } }
output: { format: jsonl, file: texts.jsonl }
`;

/** A provider slow enough to be interrupted, and all services in this process. */
const setUp = async (folder: string, speed: number, limits: Record<string, string> = {}) => {
  const simulator = await startSimulatorBeside(path.join(folder, 'simulator'), speed);
  const embedded = await openEmbedded({
    stateDir: path.join(folder, 'state'),
    environment: { BATCHMILL_SIMULATOR_URL: simulator.url, POLL_TICK_MS: '200', ...limits },
  });
  const client = createClient({ url: embedded.url });
  const file = path.join(folder, 'series.csv');
  await writeSeriesFile(file, ROWS);
  const upload = await client.upload('series.csv', { path: file });
  const create = (extra?: string) =>
    client.createJob(
      { pipeline: pipeline(extra), input: [{ name: 'series.csv', upload: upload.id }] },
      crypto.randomUUID(),
    );
  return {
    simulator,
    client,
    create,
    async [Symbol.asyncDispose]() {
      await embedded.close();
      await simulator[Symbol.asyncDispose]();
    },
  };
};

const until = async (client: Client, id: string, test: (status: Awaited<ReturnType<Client['job']>>) => boolean) => {
  for await (const status of client.events(id)) if (test(status)) return status;
  return client.job(id);
};

test('a cancelled job ends, keeps what was finished, reaches the provider, and every row has one outcome', async () => {
  await using folder = await temporaryFolder();
  await using parts = await setUp(folder.path, 4000);
  const { client, create } = parts;
  const { id } = await create();
  await until(client, id, ({ steps }) => (steps[0]?.shardsClosed ?? 0) >= 2);
  await client.cancel(id);
  const final = await until(client, id, () => false);
  expect(final.state).toBe('cancelled');
  const total = Object.values(final.outcomes).reduce((sum, rows) => sum + rows, 0);
  expect(total).toBe(ROWS);
  expect(final.outcomes.cancelled ?? 0).toBeGreaterThan(0);
  const meter = await parts.simulator.meter();
  await expect(client.cancel(id)).rejects.toMatchObject({ status: 409 });
  // nothing goes on at the provider for a job that is final
  expect((await parts.simulator.meter()).batches).toBe(meter.batches);
});

test('a paused job places no new batch until it is resumed, then completes', async () => {
  await using folder = await temporaryFolder();
  await using parts = await setUp(folder.path, 20_000);
  const { client, create, simulator } = parts;
  const { id } = await create();
  await client.pause(id);
  const paused = await until(
    client,
    id,
    ({ state, steps }) => state === 'paused' && steps.every(({ batchesOpen }) => batchesOpen === 0),
  );
  expect(paused.state).toBe('paused');
  const { batches } = await simulator.meter();
  await client.resume(id);
  const final = await until(client, id, () => false);
  expect(final.state).toBe('completed');
  expect((await simulator.meter()).batches).toBeGreaterThan(batches ?? 0);
});

test('files of closed shards can be had while the job runs, and hold only finished rows', async () => {
  await using folder = await temporaryFolder();
  await using parts = await setUp(folder.path, 4000);
  const { client, create } = parts;
  const { id } = await create();
  await until(client, id, ({ shards }) => (shards?.closed ?? 0) >= 1);
  const [file] = await client.outputs(id);
  expect(file).toMatchObject({ path: 'texts.jsonl', final: false });
  const target = path.join(folder.path, 'partial.jsonl');
  await client.download(id, file as NonNullable<typeof file>, target);
  const rows = (await readFile(target, 'utf8')).trim().split('\n');
  expect(rows.length).toBeGreaterThanOrEqual(100);
  for (const row of rows) expect(JSON.parse(row)).toMatchObject({ short: expect.any(String) });
  await client.cancel(id);
  await until(client, id, () => false);
});

test('max_cost holds before every batch; the job says why it waits, and goes on with a higher limit', async () => {
  await using folder = await temporaryFolder();
  await using parts = await setUp(folder.path, 50_000);
  const { client, create, simulator } = parts;
  // about $0.06 of estimate per shard and step: room for three batches
  const { id } = await create('max_cost: 0.2');
  const waiting = await until(client, id, ({ state }) => state === 'needs-attention');
  expect(waiting.reason).toMatch(/max_cost \(\$0\.2\)/);
  expect(waiting.cost.paid).toBeLessThanOrEqual(0.2);
  expect((await simulator.meter()).batches).toBeLessThan(20);
  await client.resume(id, { maxCost: 50 });
  const final = await until(client, id, () => false);
  expect(final.state).toBe('completed');
});

test('what the services of one process do is counted at its /metrics', async () => {
  await using folder = await temporaryFolder();
  await using parts = await setUp(folder.path, 50_000);
  const { client, create } = parts;
  const { id } = await create();
  await until(client, id, ({ steps }) => (steps[0]?.shardsClosed ?? 0) >= 1);
  const text = await (await fetch(`${client.url}/metrics`)).text();
  expect(text).toMatch(/^batchmill_messages_total\{queue="job-accepted",outcome="done"\} 1$/m);
  expect(text).toMatch(/^batchmill_batches_created_total [1-9]/m);
  await client.cancel(id);
  await until(client, id, () => false);
});
