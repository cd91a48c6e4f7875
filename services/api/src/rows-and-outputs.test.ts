import { createHash } from 'node:crypto';
import type { OutputFile, Report, RowView } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { batch, closeStage, file, intent, partPlan, pipeline, reject, row } from '@batchmill/ledger/testing';
import { writeManifest } from '@batchmill/outputs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
const job = 'aaaabbbbccccdddd';
const run = (number: number) => ({ tenant: 'default', job, run: number });
const sums = { sourceRows: 5, rejectedRows: 0, rejectsByReason: {} };
const report: Report = {
  v: 1,
  job,
  name: 'n',
  run: 1,
  state: 'completed',
  simulated: true,
  rows: { source: 5, rejectedAtSource: 0, entered: 5, delivered: 2 },
  outcomes: { ok: 2, expired: 2, failed: 1 },
  rejectsByReason: {},
  steps: [],
  tokens: { input: 7, output: 3 },
  cost: { estimated: 0, paid: 0, realtime: 0, currency: 'USD' },
  paidTwice: 0,
  batches: [],
  files: [],
  warnings: [],
  startedAt: 1,
  endedAt: 2,
};
const content = '{"x":"a"}\n{"x":"ä€😀"}\n';

beforeAll(async () => {
  stage = await openStage();
  const { ledger } = stage.backends;
  const compiled = pipeline();
  await ledger.write(keys.job(run(1)), { tenant: 'default', job, name: 'n', pipeline: compiled, inputs: [] });
  await ledger.write(keys.run(run(1)), { run: 1, reason: 'first' });
  const shard = { ...run(1), shard: 0 };
  await closeStage(
    ledger,
    shard,
    '000',
    ['0', '1', '2'].map((id) => row(id)),
  );
  await closeStage(
    ledger,
    shard,
    '001',
    ['0', '2'].map((id) => row(id, { x: id })),
    { rejects: [reject('1', '001', 'failed')] },
  );
  await closeStage(
    ledger,
    shard,
    '002',
    ['0', '2'].map((id) => row(id, { x: id })),
  );
  await ledger.write(keys.shardClosed(shard), { lastStage: '002', rows: 2, quarantined: false });
  const second = { ...run(1), shard: 1 };
  await closeStage(ledger, second, '000', [{ ...row('3'), key: `${'k'.repeat(300)}/ä ?#%` }, row('4')]);
  await closeStage(ledger, second, '001', [], {
    rejects: ['3', '4'].map((id) => ({
      ...reject(id, '001', 'expired'),
      key: id === '3' ? `${'k'.repeat(300)}/ä ?#%` : 'key-4',
    })),
  });
  await ledger.write(keys.shardClosed(second), { lastStage: '001', rows: 0, quarantined: false });
  await ledger.write(keys.shards(run(1)), { shards: 2, rows: 5, startAfter: [{ from: 0, stage: '000' }], ...sums });
});
afterAll(() => stage.close());

const list = async (query: string): Promise<{ rows: RowView[]; cursor: string | null }> => {
  const { status, json } = await stage.call('GET', `/v1/jobs/${job}/rows${query}`);
  expect(status).toBe(200);
  return json as { rows: RowView[]; cursor: string | null };
};
const keysOf = async (query: string) => (await list(query)).rows.map(({ id }) => id);

describe('rows', () => {
  test('are listed in source order and filtered by outcome, step and key', async () => {
    expect(await keysOf('')).toEqual(['0', '1', '2', '3', '4']);
    expect(await keysOf('?outcome=expired')).toEqual(['3', '4']);
    expect(await keysOf('?outcome=ok')).toEqual(['0', '2']);
    expect(await keysOf('?step=step-001')).toEqual(['1', '3', '4']);
    expect(await keysOf('?key=key-4')).toEqual(['4']);
    expect(await keysOf('?key=none')).toEqual([]);
  });

  test('page by page are each there once, also with a filter', async () => {
    for (const [filter, all] of [
      ['', ['0', '1', '2', '3', '4']],
      ['&outcome=expired', ['3', '4']],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: { rows: RowView[]; cursor: string | null } = await list(
          `?limit=2${filter}${cursor === null ? '' : `&cursor=${cursor}`}`,
        );
        seen.push(...page.rows.map(({ id }) => id));
        cursor = page.cursor;
      } while (cursor !== null);
      expect(seen).toEqual(all);
    }
  });

  test.each(['x', '1.-5.0', '1.-999999999999.0', '9e9.0.0', '..', '1.0.0.0', '%00'])(
    'with the cursor %s are refused at once',
    async (cursor) => {
      expect((await stage.call('GET', `/v1/jobs/${job}/rows?cursor=${cursor}`)).status).toBe(400);
    },
  );

  test('one is found by its key, however odd or long that is', async () => {
    const key = `${'k'.repeat(300)}/ä ?#%`;
    expect(await stage.call('GET', `/v1/jobs/${job}/rows/${encodeURIComponent(key)}`)).toMatchObject({
      status: 200,
      json: { id: '3', outcome: 'expired', attempts: [] },
    });
    expect((await stage.call('GET', `/v1/jobs/${job}/rows/nosuchkey`)).status).toBe(404);
  });

  test('one is shown with every attempt, of every run', async () => {
    const { ledger } = stage.backends;
    const ask = async (
      ref: { tenant: string; job: string; run: number; shard: number },
      attempt: number,
    ): Promise<void> => {
      const at = { ...ref, stage: '001', attempt, part: 0, submission: 1 };
      const id = `${job}-001-0-4-a${(ref.run - 1) * 100 + attempt}`;
      const requests = await ledger.writeLines(ref, 'requests', [`{"custom_id":"${id}"}`]);
      await ledger.write(keys.plan(at), { rows: 1, asked: 1, parts: [{ ...partPlan(), requests }] });
      await ledger.write(keys.file(at), file());
      await ledger.write(keys.intent(at), intent);
      await ledger.write(keys.batch(at), { ...batch, batchId: `batch-${ref.run}-${attempt}` });
    };
    // home 0 is in its custom ids; it stands in shard 1
    await ask({ ...run(1), shard: 1 }, 1);
    const { json } = await stage.call('GET', `/v1/jobs/${job}/rows/key-4`);
    expect(json).toMatchObject({
      key: 'key-4',
      attempts: [{ run: 1, attempt: 1, batchId: 'batch-1-1', outcome: 'open' }],
    });
  });

  test('is shown with what was sent and what came back, and what that cost at the price of its mode', async () => {
    const { ledger } = stage.backends;
    const at = { ...run(1), shard: 1, stage: '001', attempt: 2, part: 0 };
    const id = `${job}-001-0-4-a2`;
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const messages = [
      { role: 'system', content: 'Be short.' },
      { role: 'user', content: [picture, { type: 'text', text: 'What is it?' }] },
    ];
    const body = { model: 'gpt-4o-mini', messages };
    const usage = { prompt_tokens: 1_000_000, completion_tokens: 2 };
    const choices = [{ message: { role: 'assistant', content: 'A line.' }, finish_reason: 'stop' }];
    const requests = await ledger.writeLines(at, 'requests', [{ custom_id: id, method: 'POST', url: '', body }]);
    const answer = { id: 'live', custom_id: id, response: { status_code: 200, body: { choices, usage } }, error: null };
    const output = await ledger.writeLines(at, 'output', [answer]);
    const plan = { ...partPlan(), requests, model: 'gpt-4o-mini', mode: 'live' as const };
    await ledger.write(keys.plan(at), { rows: 1, asked: 1, parts: [plan] });
    await ledger.write(keys.results(at), { submission: 1, output, errors: null });
    const { json } = await stage.call('GET', `/v1/jobs/${job}/rows/key-4`);
    expect((json as { attempts: unknown[] }).attempts[1]).toMatchObject({
      attempt: 2,
      batchId: null,
      prompt: 'system: Be short.\nuser: [picture]\nWhat is it?',
      answer: { text: 'A line.', inputTokens: 1_000_000, outputTokens: 2, cost: expect.closeTo(0.15, 3) },
    });
  });
});

describe('files of a running job', () => {
  test('hold the shards closed so far', async () => {
    const { json } = await stage.call('GET', `/v1/jobs/${job}/outputs`);
    expect((json as { files: OutputFile[] }).files.map(({ path, final }) => [path, final])).toEqual([
      ['out.jsonl', false],
      ['rejects.jsonl', false],
    ]);
    expect((await stage.call('GET', `/v1/jobs/${job}/outputs/out.jsonl`)).text).toBe('{"x":"0"}\n{"x":"2"}\n');
    expect((await stage.call('GET', `/v1/jobs/${job}/outputs/rejects.jsonl`)).text.trim().split('\n')).toHaveLength(3);
    expect((await stage.call('GET', `/v1/jobs/${job}/outputs/none`)).status).toBe(404);
    expect((await stage.call('GET', `/v1/jobs/${job}/report`)).status).toBe(404);
  });
});

describe('files of a final job', () => {
  beforeAll(async () => {
    const { ledger, store } = stage.backends;
    const blob = await store.putBlob('files/a', Buffer.from(content));
    const file = { path: 'data/out.jsonl', blob, rows: 2, mediaType: 'application/x-ndjson' };
    const empty = { ...file, path: 'empty', rows: 0, blob: await store.putBlob('files/b', Buffer.from('')) };
    const rejects = { ...empty, path: 'rejects.jsonl' };
    const told = await store.putBlob('files/c', Buffer.from(JSON.stringify(report)));
    const reports = { report: { ...file, path: 'report.json', blob: told }, page: { ...empty, path: 'report.html' } };
    const delivery = { outputs: [file, empty], rejects, ...reports };
    await writeManifest(ledger, run(1), delivery);
    await ledger.write(keys.done(run(1)), { state: 'completed', rows: 5, outcomes: {} });
  });
  const path = `/v1/jobs/${job}/outputs/data/out.jsonl`;
  const bytes = Buffer.from(content);

  test('are listed with rows, bytes and checksums: outputs, rejects, report', async () => {
    const { json } = await stage.call('GET', `/v1/jobs/${job}/outputs`);
    const { files } = json as { files: OutputFile[] };
    expect(files.map(({ path: name, final }) => [name, final])).toEqual([
      ['data/out.jsonl', true],
      ['empty', true],
      ['rejects.jsonl', true],
      ['report.html', true],
      ['report.json', true],
    ]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(files[0]).toMatchObject({ rows: 2, bytes: bytes.length, sha256 });
  });

  test('are told by the report, in the status as well', async () => {
    expect((await stage.call('GET', `/v1/jobs/${job}/report`)).json).toEqual(report);
    expect((await stage.call('GET', `/v1/jobs/${job}`)).json).toMatchObject({
      outcomes: report.outcomes,
      tokens: report.tokens,
    });
  });

  test('come whole, with their length, type and tag', async () => {
    const { status, headers, text } = await stage.call('GET', path);
    expect({ status, text }).toEqual({ status: 200, text: content });
    expect(headers.get('content-length')).toBe(String(bytes.length));
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    expect(headers.get('accept-ranges')).toBe('bytes');
    expect((await stage.call('HEAD', path)).status).toBe(200);
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=5-', 5, bytes.length],
    ['bytes=-3', bytes.length - 3, bytes.length],
    ['bytes=2-99999', 2, bytes.length],
    ['bytes=-99999', 0, bytes.length],
  ])('come in part: %s', async (range, start, end) => {
    const response = await fetch(`${stage.url}${path}`, { headers: { range } });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${bytes.length}`);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes.subarray(start, end));
  });

  test('beyond their end have nothing; a range nobody understands is none', async () => {
    const beyond = await stage.call('GET', path, undefined, { range: `bytes=${bytes.length}-` });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
    for (const range of ['bytes=', 'lines=1-2', 'bytes=a-b', 'bytes=0-1,3-4']) {
      expect((await stage.call('GET', path, undefined, { range })).status).toBe(200);
    }
    expect((await stage.call('GET', `/v1/jobs/${job}/outputs/empty`)).text).toBe('');
  });

  test('are only those of the list: no path leads out of it', async () => {
    for (const odd of ['..%2f..%2fjob.json', '../job.json', 'data/../data/out.jsonl', '%00', 'data', '']) {
      expect((await stage.call('GET', `/v1/jobs/${job}/outputs/${odd}`)).status).toBeLessThan(500);
    }
    expect((await stage.call('GET', `/v1/jobs/${job}/outputs/..%2fjob.json`)).status).toBe(404);
  });
});

test('of a retry that runs, files hold what all runs have done', async () => {
  const { ledger } = stage.backends;
  await ledger.write(keys.done(run(1)), { state: 'completed', rows: 5, outcomes: {} });
  await ledger.write(keys.run(run(2)), { run: 2, reason: 'retry' });
  const shard = { ...run(2), shard: 0 };
  await closeStage(ledger, shard, '000', [row('1')], { takenOver: true });
  await closeStage(ledger, shard, '001', [row('1', { x: '1' })]);
  await closeStage(ledger, shard, '002', [row('1', { x: '1' })]);
  await ledger.write(keys.shardClosed(shard), { lastStage: '002', rows: 1, quarantined: false });
  await ledger.write(keys.shards(run(2)), { shards: 2, rows: 3, startAfter: [{ from: 0, stage: '000' }], ...sums });
  expect((await stage.call('GET', `/v1/jobs/${job}/outputs/out.jsonl`)).text).toBe('{"x":"0"}\n{"x":"1"}\n{"x":"2"}\n');
  expect(await keysOf('')).toEqual(['0', '2', '1']);
  // its attempts of both runs
  for (const [ref, attempt] of [
    [{ ...run(1), shard: 0 }, 1],
    [shard, 101],
  ] as const) {
    const at = { ...ref, stage: '001', attempt: 1, part: 0, submission: 1 };
    const requests = await ledger.writeLines(ref, 'requests', [`{"custom_id":"${job}-001-0-1-a${attempt}"}`]);
    await ledger.write(keys.plan(at), { rows: 1, asked: 1, parts: [{ ...partPlan(), requests }] });
  }
  const { json } = await stage.call('GET', `/v1/jobs/${job}/rows/key-1`);
  expect(json).toMatchObject({
    outcome: 'ok',
    attempts: [
      { run: 1, attempt: 1 },
      { run: 2, attempt: 1 },
    ],
  });
});
