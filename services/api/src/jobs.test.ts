import { jobAccepted } from '@batchmill/contracts';
import type { JobStatus } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { closeStage, row } from '@batchmill/ledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage, pipelineText, rows } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const create = (body: object, key?: string) =>
  stage.call('POST', '/v1/jobs', body, key === undefined ? {} : { 'idempotency-key': key });
const accept = async (key?: string, name = 'greetings'): Promise<string> => {
  const upload = await stage.upload(rows);
  const pipeline = pipelineText.replace('greetings', name);
  const { status, json } = await create({ pipeline, input: [{ name: 'rows.jsonl', upload }] }, key);
  expect(status).toBe(202);
  return (json as { id: string }).id;
};
const codeOf = (json: unknown) => (json as { error: { code: string } }).error.code;
const ref = (id: string, run = 1) => ({ tenant: 'default', job: id, run });

describe('an upload', () => {
  test('is known by its content, and the same bytes twice are one', async () => {
    const first = await stage.call('POST', '/v1/uploads?name=a', 'some bytes', { 'content-type': 'image/png' });
    expect(first).toMatchObject({ status: 201, json: { bytes: 10 } });
    const { id, sha256 } = first.json as { id: string; sha256: string };
    expect(sha256.startsWith(id)).toBe(true);
    expect((await stage.call('POST', '/v1/uploads', 'some bytes')).json).toMatchObject({ id });
    expect(await stage.call('GET', `/v1/uploads/${id}`)).toMatchObject({ status: 200, json: { bytes: 10, sha256 } });
  });

  test('may be empty, may be JSON, and may not be larger than allowed', async () => {
    expect(await stage.call('POST', '/v1/uploads')).toMatchObject({ status: 201, json: { bytes: 0 } });
    expect(await stage.call('POST', '/v1/uploads', '{"broken', { 'content-type': 'application/json' })).toMatchObject({
      status: 201,
    });
    expect(await stage.call('POST', '/v1/uploads', 'x'.repeat(100_001))).toMatchObject({ status: 413 });
    const chunked = await fetch(`${stage.url}/v1/uploads`, {
      method: 'POST',
      body: new ReadableStream({
        start(controller) {
          for (let i = 0; i < 30; i += 1) controller.enqueue(new Uint8Array(10_000));
          controller.close();
        },
      }),
      duplex: 'half',
    }).catch(() => null);
    // the connection may be closed before the client has sent all of it
    if (chunked !== null) expect(chunked.status).toBe(413);
  });
});

describe('a job', () => {
  test('R18 is durable before it is answered, and ingest is told', async () => {
    const id = await accept();
    const { ledger, queues } = stage.backends;
    expect(await ledger.read(keys.job(ref(id)))).toMatchObject({ name: 'greetings', inputs: [{ name: 'rows.jsonl' }] });
    expect(await ledger.exists(keys.run(ref(id)))).toBe(true);
    expect(await ledger.exists(keys.openMarker(ref(id)))).toBe(true);
    expect((await queues.counts(jobAccepted)).waiting).toBeGreaterThan(0);
    expect(await stage.call('GET', `/v1/jobs/${id}`)).toMatchObject({
      status: 200,
      json: { id, state: 'ingesting', run: 1, simulated: true },
    });
  });

  test('sent again with its key is the same job, also at the same moment; without a key it is another', async () => {
    const ids = await Promise.all([accept('k1'), accept('k1'), accept('k1')]);
    expect(new Set(ids).size).toBe(1);
    expect(await accept('k1')).toBe(ids[0]);
    expect(await accept()).not.toBe(ids[0]);
  });

  test('R18 sent again after a death in the middle is completed', async () => {
    const id = await accept('k2');
    const { ledger, store } = stage.backends;
    for (const key of [keys.openMarker(ref(id)), keys.run(ref(id))]) await store.delete(key.key);
    expect(await accept('k2')).toBe(id);
    expect(await ledger.exists(keys.openMarker(ref(id)))).toBe(true);
  });

  test('R18 with another body under the same key is refused', async () => {
    await accept('k3');
    const upload = await stage.upload(rows);
    const other = await create(
      { pipeline: pipelineText.replace('Greet', 'Insult'), input: [{ name: 'rows.jsonl', upload }] },
      'k3',
    );
    expect(other.status).toBe(422);
    expect(codeOf(other.json)).toBe('idempotency-key-reused');
    const otherInput = await create(
      { pipeline: pipelineText, input: [{ name: 'rows.jsonl', upload: await stage.upload('{}\n') }] },
      'k3',
    );
    expect(otherInput.status).toBe(422);
  });

  test('that is final already is not opened again by its key', async () => {
    const id = await accept('k4');
    const { ledger } = stage.backends;
    await ledger.write(keys.done(ref(id)), { state: 'failed', rows: 0, outcomes: {} });
    await ledger.remove(keys.openMarker(ref(id)));
    expect(await accept('k4')).toBe(id);
    expect(await ledger.exists(keys.openMarker(ref(id)))).toBe(false);
  });

  test.each([
    ['a pipeline that is no YAML', { pipeline: 'a: [', input: [] }, 422],
    ['a pipeline with mistakes', { pipeline: { name: 'x' }, input: [] }, 422],
    ['no pipeline', { input: [] }, 422],
    [
      'an input that was not uploaded',
      { pipeline: pipelineText, input: [{ name: 'rows.jsonl', upload: '0'.repeat(40) }] },
      422,
    ],
    [
      'an upload id that is a path',
      { pipeline: pipelineText, input: [{ name: 'rows.jsonl', upload: '../../jobs/X' }] },
      422,
    ],
    ['no input', { pipeline: pipelineText, input: [] }, 422],
    [
      'an input from a host that is not allowed',
      { pipeline: pipelineText, input: [{ name: 'rows.jsonl', url: 'https://example.com/x' }] },
      422,
    ],
    [
      'an input from our own disk',
      { pipeline: pipelineText, input: [{ name: 'rows.jsonl', url: 'file:///etc/passwd' }] },
      422,
    ],
    ['assets that were not uploaded', { pipeline: pipelineText, input: [], assets: 'A B' }, 422],
    ['a provider without a key', { pipeline: pipelineText.replace('simulator', 'openai'), input: [] }, 422],
    ['an unknown member', { pipeline: pipelineText, input: [], more: 1 }, 422],
  ])('with %s is refused with what to change', async (_name, body, status) => {
    const answer = await create(body);
    expect(answer.status).toBe(status);
    const { error } = answer.json as { error: { code: string; message: string; details: object[] } };
    expect(error.code).not.toBe('internal');
    expect(error.details.length).toBeGreaterThan(0);
  });

  test('with texts too long for a record is refused', async () => {
    const upload = await stage.upload(rows);
    const pipeline = pipelineText.replace('Greet', 'Greet '.repeat(60_000));
    const answer = await create({ pipeline, input: [{ name: 'rows.jsonl', upload }] });
    expect(answer.status).toBe(422);
    expect(codeOf(answer.json)).toBe('pipeline-too-large');
  });

  test.each(['no json', '{"path":1}', '{"path":"a"}', '[]', 'null', '{"path":"a","upload":"../x"}'])(
    'with assets of which a line is %s is refused',
    async (line) => {
      const upload = await stage.upload(rows);
      const assets = await stage.upload(`${line}\n`);
      expect((await create({ pipeline: pipelineText, input: [{ name: 'rows.jsonl', upload }], assets })).status).toBe(
        422,
      );
    },
  );
});

describe('the list', () => {
  test('is newest first, page by page, each job once', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      made.unshift(await accept());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { json: unknown } = await stage.call(
        'GET',
        `/v1/jobs?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      const { jobs, cursor: next } = page.json as { jobs: { id: string }[]; cursor: string | null };
      expect(jobs.length).toBeLessThanOrEqual(2);
      seen.push(...jobs.map(({ id }) => id));
      cursor = next;
    } while (cursor !== null);
    expect(seen.slice(0, 5)).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('controls', () => {
  test('pause, resume, cancel say the new state; after the end they are refused', async () => {
    const id = await accept();
    const { ledger } = stage.backends;
    await closeStage(ledger, { ...ref(id), shard: 0 }, '000', [row('0')]);
    await ledger.write(keys.shards(ref(id)), {
      shards: 1,
      rows: 1,
      sourceRows: 1,
      rejectedRows: 0,
      rejectsByReason: {},
      startAfter: [{ from: 0, stage: '000' }],
    });
    const post = async (action: string, body?: object) => stage.call('POST', `/v1/jobs/${id}/${action}`, body);
    const stateAfter = async (action: string, body?: object) => ((await post(action, body)).json as JobStatus).state;
    expect(await stateAfter('pause')).toBe('paused');
    expect(await stateAfter('resume', { maxCost: 3 })).toBe('running');
    expect(await ledger.control(ref(id))).toMatchObject({ maxCost: 3 });
    expect((await post('retry')).status).toBe(409);
    expect((await post('resume', { maxCost: -1 })).status).toBe(422);
    expect(await stateAfter('cancel')).toBe('cancelling');
    expect(await stateAfter('resume')).toBe('cancelling');
    await ledger.write(keys.shardClosed({ ...ref(id), shard: 0 }), { lastStage: '000', rows: 1, quarantined: false });
    await ledger.write(keys.done(ref(id)), { state: 'cancelled', rows: 1, outcomes: {} });
    for (const action of ['pause', 'cancel']) expect((await post(action)).status).toBe(409);
    expect(await stateAfter('resume')).toBe('cancelled');
  });

  test('retry opens the next run once, however often it is asked for', async () => {
    const id = await accept();
    const { ledger } = stage.backends;
    await ledger.write(keys.done(ref(id)), { state: 'completed-with-rejects', rows: 1, outcomes: {} });
    expect((await stage.call('POST', `/v1/jobs/${id}/retry`)).status).toBe(409);
    await ledger.write(keys.shards(ref(id)), {
      shards: 0,
      rows: 0,
      sourceRows: 0,
      rejectedRows: 0,
      rejectsByReason: {},
      startAfter: [],
    });
    const answers = await Promise.all([1, 2, 3].map(() => stage.call('POST', `/v1/jobs/${id}/retry`)));
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(await ledger.latestRun(ref(id))).toBe(2);
    expect(await stage.call('GET', `/v1/jobs/${id}`)).toMatchObject({ json: { run: 2, state: 'ingesting' } });
    expect(await Array.fromAsync(ledger.openRuns('default'))).toContainEqual(ref(id, 2));
  });

  test('a job of which every row is ok has nothing to retry', async () => {
    const id = await accept();
    const { ledger } = stage.backends;
    await ledger.write(keys.shards(ref(id)), {
      shards: 0,
      rows: 0,
      sourceRows: 0,
      rejectedRows: 0,
      rejectsByReason: {},
      startAfter: [],
    });
    await ledger.write(keys.done(ref(id)), { state: 'completed', rows: 1, outcomes: { ok: 1 } });
    expect(await stage.call('POST', `/v1/jobs/${id}/retry`)).toMatchObject({
      status: 409,
      json: { error: { code: 'nothing-to-retry' } },
    });
    expect(await ledger.latestRun(ref(id))).toBe(1);
  });
});

test('events are snapshots until the job is final, then they end', async () => {
  const id = await accept();
  const response = await fetch(`${stage.url}/v1/jobs/${id}/events`);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain('"state":"ingesting"');
  await stage.backends.ledger.write(keys.done(ref(id)), { state: 'failed', rows: 0, outcomes: {} });
  let rest = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
  expect(rest).toContain('"state":"failed"');
});
