import { expect, test } from 'vitest';
import type { JobStatus } from '@batchmill/contracts';
import { createClient } from './client.ts';
import { JobFailedError, run } from './run.ts';
import { JOB, rowOf, statusOf } from './testing/samples.ts';
import { sendJson, startScriptedServer } from './testing/scripted-server.ts';

const startApi = (last: Partial<JobStatus>) =>
  startScriptedServer(({ path }, response) => {
    if (path.startsWith('/v1/uploads')) sendJson(response, { id: 'u1', bytes: 1, sha256: 'x' });
    else if (path === '/v1/jobs') sendJson(response, { id: JOB, state: 'accepted' }, 202);
    else if (path.endsWith('/events')) {
      response.writeHead(200);
      response.write(`data: ${JSON.stringify(statusOf())}\n\n`);
      response.end(`data: ${JSON.stringify(statusOf(last))}\n\n`);
    } else {
      const reason = { code: 'content-filter', message: 'refused by the model' };
      sendJson(response, { rows: [rowOf('a'), rowOf('b', { outcome: 'refused', reason })], cursor: null });
    }
  });

async function* rows() {
  yield { id: 'a', text: 'été' };
  yield { id: 'b', text: 'two\nlines' };
}

test('rows of the program go in as JSONL, and every row comes back with its outcome', async () => {
  await using server = await startApi({ state: 'completed-with-rejects' });
  const states: string[] = [];
  const got = [];
  const pipeline = { name: 'p', source: { format: 'csv', path: 'x.csv', limit: 5 }, key: 'id', steps: [] };
  for await (const row of run(pipeline, {
    rows: rows(),
    url: server.url,
    variables: { model: 'm' },
    onStatus: ({ state }) => states.push(state),
  }))
    got.push(row);

  expect(got).toEqual([
    { key: 'a', outcome: 'ok', fields: { caption: 'about a' } },
    {
      key: 'b',
      outcome: 'refused',
      fields: { caption: 'about b' },
      reason: { code: 'content-filter', message: 'refused by the model' },
    },
  ]);
  expect(states).toEqual(['running', 'completed-with-rejects']);
  expect(server.exchanges[0]?.body).toBe('{"id":"a","text":"été"}\n{"id":"b","text":"two\\nlines"}\n');
  expect(JSON.parse(server.exchanges[1]?.body ?? '')).toMatchObject({
    pipeline: { source: { format: 'jsonl', path: 'rows.jsonl', limit: 5 } },
    input: [{ name: 'rows.jsonl', upload: 'u1' }],
    variables: { model: 'm' },
  });
});

test('two calls are two jobs, unless they give the same key', async () => {
  await using server = await startApi({ state: 'completed' });
  const client = createClient({ url: server.url });
  const keysUsed = async (idempotencyKey?: string): Promise<unknown> => {
    const options = { rows: [{ id: 'a' }], client, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
    await collect(run('name: p', options));
    return server.exchanges.findLast(({ path }) => path === '/v1/jobs')?.headers['idempotency-key'];
  };
  expect(await keysUsed()).not.toBe(await keysUsed());
  expect(await keysUsed('mine')).toBe('mine');
});

test('a job that fails throws, with its reason and every problem', async () => {
  const problems = [{ code: 'duplicate-key', message: 'the key "a" stands twice', place: { line: 2 } }];
  await using server = await startApi({ state: 'failed', reason: 'the input cannot be used', problems });
  const failure = await collect(run('name: p', { rows: [{ id: 'a' }], url: server.url })).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(JobFailedError);
  expect(String(failure)).toContain('the input cannot be used');
  expect(String(failure)).toContain('the key "a" stands twice');
});

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
