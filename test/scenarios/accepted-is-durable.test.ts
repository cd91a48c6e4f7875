import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isFinalState } from '@batchmill/contracts';
import { openEmbedded } from '@batchmill/embedded';
import { createClient } from '@batchmill/sdk';
import { startTestRedis } from '@batchmill/testkit';
import { expect, test } from 'vitest';
import { startProcess } from './support/processes.ts';
import type { Running } from './support/processes.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: durable
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: ask
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Say {{ word }}", into: answer }
output: { format: jsonl, file: out.jsonl }
`;
const ROWS = '{"id":1,"word":"one"}\n{"id":2,"word":"two"}\n';

const isFull = process.env.FULL === '1';

type Api = { url: string; running: Running };

const upload = async ({ url }: Api): Promise<string> => {
  const response = await fetch(`${url}/v1/uploads?name=rows.jsonl`, { method: 'POST', body: ROWS });
  return ((await response.json()) as { id: string }).id;
};
const create = async ({ url }: Api, key: string, input: string): Promise<{ status: number; id: string }> => {
  const response = await fetch(`${url}/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ pipeline: PIPELINE, input: [{ name: 'rows.jsonl', upload: input }] }),
  });
  return { status: response.status, id: ((await response.json()) as { id: string }).id };
};
/** The whole of what a client does: it sends the file, then the job. */
const submit = async (api: Api, key: string): Promise<string> => {
  const { status, id } = await create(api, key, await upload(api));
  expect(status).toBe(202);
  return id;
};
const pointsOf = (output: string): string[] =>
  output.split('\n').flatMap((line) => /^point (.*)/.exec(line)?.[1] ?? []);

test('R18 the API killed at each point between a request and its 202: what was accepted stays, and a replay completes the rest', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await using simulator = await startSimulatorBeside(at('simulator'), 50_000);
  const redis = await startTestRedis({ tcp: true });
  const environment = { REDIS_URL: redis.url ?? '', BATCHMILL_SIMULATOR_URL: simulator.url };
  const armed = at('crash-at');
  const start = async (): Promise<Api> => {
    await writeFile(armed, '');
    const running = startProcess('test/scenarios/support/crashing-api.ts', [], {
      ...environment,
      BATCHMILL_STORE: `file://${at('state/store')}`,
      API_PORT: '0',
      CRASH_FILE: armed,
    });
    const line = await running.line((text) => text.startsWith('{"url"'));
    return { ...(JSON.parse(line) as { url: string }), running };
  };

  let api = await start();
  try {
    const atStart = pointsOf(api.running.output()).length;
    const accepted = new Map([['undisturbed', await submit(api, 'undisturbed')]]);
    const all = pointsOf(api.running.output()).slice(atStart);
    expect(all.length).toBeGreaterThanOrEqual(14);
    // the moment after one effect is the moment before the next: the full form asks each of them all the same
    const points = all.filter((point, at) => isFull || point.startsWith('before') || at === all.length - 1);
    for (const point of points) {
      await writeFile(armed, point);
      await expect(submit(api, point)).rejects.toThrow('fetch failed');
      expect(await api.running.ended).toBe('SIGKILL');
      api = await start();
      accepted.set(point, await submit(api, point));
    }
    // the moment after the answer
    accepted.set('answered', await submit(api, 'answered'));
    await api.running.stop('SIGKILL');
    api = await start();
    for (const [key, id] of accepted) expect(await submit(api, key), key).toBe(id);
    expect(new Set(accepted.values()).size).toBe(points.length + 2);
    await api.running.stop('SIGKILL');

    const embedded = await openEmbedded({
      stateDir: at('state'),
      environment: { ...environment, POLL_TICK_MS: '100' },
    });
    try {
      const client = createClient({ url: embedded.url });
      for (const [key, id] of accepted) {
        for await (const { state } of client.events(id)) if (isFinalState(state)) break;
        expect((await client.job(id)).outcomes, key).toEqual({ ok: 2 });
      }
      const { jobs } = await client.jobs();
      expect(jobs.map(({ id }) => id).sort()).toEqual([...accepted.values()].sort());
    } finally {
      await embedded.close();
    }
    expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * accepted.size, rows_paid_twice: 0 });
  } finally {
    await api.running.stop('SIGKILL');
    await redis.stop();
  }
});

test('R18 one key sent a thousand times is one job and one run', async () => {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorBeside(path.join(folder.path, 'simulator'), 50_000);
  const embedded = await openEmbedded({
    stateDir: path.join(folder.path, 'state'),
    environment: { BATCHMILL_SIMULATOR_URL: simulator.url },
  });
  try {
    const api = { url: embedded.url, running: undefined as never };
    const input = await upload(api);
    const ids = new Set<string>();
    const send = async (): Promise<void> => {
      for (let left = 50; left > 0; left -= 1) {
        const { status, id } = await create(api, 'the same', input);
        expect(status).toBe(202);
        ids.add(id);
      }
    };
    await Promise.all(Array.from({ length: 20 }, send));
    expect(ids.size).toBe(1);
    const client = createClient({ url: embedded.url });
    const [id = ''] = ids;
    for await (const { state } of client.events(id)) if (isFinalState(state)) break;
    expect(await client.job(id)).toMatchObject({ run: 1, outcomes: { ok: 2 } });
    expect((await client.jobs()).jobs).toHaveLength(1);
    expect(await simulator.meter()).toMatchObject({ rows_paid: 2, rows_paid_twice: 0 });
    const other = await fetch(`${api.url}/v1/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'the same' },
      body: JSON.stringify({
        pipeline: PIPELINE.replace('Say', 'Sing'),
        input: [{ name: 'rows.jsonl', upload: input }],
      }),
    });
    expect(other.status).toBe(422);
  } finally {
    await embedded.close();
  }
});
