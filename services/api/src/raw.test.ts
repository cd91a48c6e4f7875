import type { RawPart } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { batch, ended, file, intent, partPlan, pipeline, refused } from '@batchmill/ledger/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
const job = 'aaaabbbbccccdddd';
const run = { tenant: 'default', job, run: 1 };
const shard = (number: number) => ({ ...run, shard: number });
const lines = (...ids: string[]) => ids.map((id) => ({ custom_id: id }));
const textOf = (...ids: string[]) =>
  lines(...ids)
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');

beforeAll(async () => {
  stage = await openStage();
  const { ledger } = stage.backends;
  await ledger.write(keys.job(run), { tenant: 'default', job, name: 'n', pipeline: pipeline(), inputs: [] });
  await ledger.write(keys.run(run), { run: 1, reason: 'first' });
  const sums = { sourceRows: 7, rejectedRows: 0, rejectsByReason: {} };
  await ledger.write(keys.shards(run), { shards: 3, rows: 7, startAfter: [{ from: 0, stage: '000' }], ...sums });
  const blob = (number: number, ...ids: string[]) => ledger.writeLines(shard(number), 'x', lines(...ids));

  const first = { ...shard(0), stage: '001', attempt: 1 };
  const requests = await blob(0, 'a', 'b', 'c');
  const given = await blob(0, 'g');
  await ledger.write(keys.plan(first), { rows: 4, asked: 3, parts: [{ ...partPlan(), requests }], given });
  const place = (submission: number) => ({ ...first, part: 0, submission });
  await ledger.write(keys.file(place(1)), { fileId: 'file-1', bytes: 9, rows: 3 });
  await ledger.write(keys.intent(place(1)), intent);
  await ledger.write(keys.refused(place(1)), { ...refused('pool-full'), code: 'token_limit', message: 'no room' });
  await ledger.write(keys.file(place(2)), { ...file(2), fileId: 'file-2' });
  await ledger.write(keys.intent(place(2)), intent);
  await ledger.write(keys.batch(place(2)), batch);
  await ledger.write(
    keys.ended(place(2)),
    ended('expired', { outputFileId: 'file-out', errorFileId: 'file-err', endedAt: 77 }),
  );
  const output = await blob(0, 'b');
  const errors = await blob(0, 'a', 'c');
  await ledger.write(keys.results({ ...first, part: 0 }), { submission: 2, output, errors });

  const live = { ...shard(1), stage: '001', attempt: 1 };
  const plan = { ...partPlan(), requests: await blob(1, 'd', 'e'), mode: 'live' as const };
  await ledger.write(keys.plan(live), { rows: 2, asked: 2, parts: [plan] });
  const nothing = { sitting: 's', worker: 'w', output: null, errors: null, settled: '', mayRepeat: 0, retried: {} };
  await ledger.write(keys.chunk({ ...live, part: 0 }, 1), nothing);
  await ledger.write(keys.chunk({ ...live, part: 0 }, 2), { ...nothing, output: await blob(1, 'e') });

  const byHand = { ...shard(2), stage: '002', attempt: 1 };
  const toSend = [{ ...partPlan(), requests: await blob(2, 'f') }];
  await ledger.write(keys.plan(byHand), { rows: 1, asked: 0, parts: [], toSend });
});
afterAll(() => stage.close());

type Page = { parts: RawPart[]; cursor: string | null };
const list = async (query = ''): Promise<Page> => {
  const { status, json } = await stage.call('GET', `/v1/jobs/${job}/raw${query}`);
  expect(status).toBe(200);
  return json as Page;
};

describe('the parts of a job that still runs', () => {
  test('are listed with every submission, its ids at the provider, and what was stored', async () => {
    const { parts, cursor } = await list();
    expect(cursor).toBeNull();
    expect(parts.map(({ shard: number, mode, part }) => [number, mode, part])).toEqual([
      [0, 'batch', 0],
      [0, 'given', null],
      [1, 'live', 0],
      [2, 'by-hand', 0],
    ]);
    expect(parts[0]).toMatchObject({ provider: 'openai', model: 'm', endpoint: '/v1/chat/completions', resultsOf: 2 });
    expect(parts[0]?.submissions).toMatchObject([
      {
        state: 'refused',
        inputFileId: 'file-1',
        rows: 3,
        batchId: null,
        reason: { code: 'token_limit', message: 'no room' },
      },
      {
        state: 'expired',
        inputFileId: 'file-2',
        rows: 2,
        batchId: 'batch-1',
        outputFileId: 'file-out',
        errorFileId: 'file-err',
        endedAt: 77,
      },
    ]);
    expect(parts.flatMap(({ files }) => files).map(({ path, rows }) => [path, rows])).toEqual([
      ['run-1/001-step-001/shard-0/attempt-1/part-0.requests.jsonl', 3],
      ['run-1/001-step-001/shard-0/attempt-1/part-0.output.jsonl', 1],
      ['run-1/001-step-001/shard-0/attempt-1/part-0.errors.jsonl', 2],
      ['run-1/001-step-001/shard-0/attempt-1/given.output.jsonl', 1],
      ['run-1/001-step-001/shard-1/attempt-1/part-0.requests.jsonl', 2],
      ['run-1/001-step-001/shard-1/attempt-1/part-0.checkpoint-2.output.jsonl', 1],
      ['run-1/002-step-002/shard-2/attempt-1/part-0.requests.jsonl', 1],
    ]);
  });

  test('page by page are each there once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await list(`?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.parts.map(({ shard: number, mode }) => `${number} ${mode}`));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(seen).toEqual(['0 batch', '0 given', '1 live', '2 by-hand']);
    expect((await stage.call('GET', `/v1/jobs/${job}/raw?cursor=x`)).status).toBe(400);
  });
});

describe('each stored file', () => {
  test('is downloaded whole, with length and checksum, or a range of it', async () => {
    const { parts } = await list();
    for (const { path, bytes, sha256 } of parts.flatMap(({ files }) => files)) {
      const answer = await stage.call('GET', `/v1/jobs/${job}/raw/${path}`);
      expect([answer.status, answer.text.length]).toEqual([200, bytes]);
      expect(answer.headers.get('etag')).toBe(`"${sha256}"`);
    }
    const path = `/v1/jobs/${job}/raw/run-1/001-step-001/shard-0/attempt-1/part-0.errors.jsonl`;
    expect((await stage.call('GET', path)).text).toBe(textOf('a', 'c'));
    const range = await stage.call('GET', path, undefined, { range: 'bytes=2-10' });
    expect([range.status, range.text]).toEqual([206, textOf('a', 'c').slice(2, 11)]);
    expect((await stage.call('GET', path, undefined, { range: 'bytes=999-' })).status).toBe(416);
  });

  test.each([
    'run-1/001-step-001/shard-0/attempt-1/part-7.requests.jsonl',
    'run-1/001-other/shard-0/attempt-1/part-0.requests.jsonl',
    'run-1/001-step-001/shard-0/attempt-2/part-0.requests.jsonl',
    'run-1/001-step-001/shard-00/attempt-1/part-0.requests.jsonl',
    'run-1/001-step-001/shard-1/attempt-1/part-0.output.jsonl',
    'run-1/001-step-001/shard-1/attempt-1/part-0.checkpoint-1.output.jsonl',
    'run-1/001-step-001/shard-0/attempt-1/given.requests.jsonl',
    '../job.json',
    '..%2F..%2Fjob.json',
    'raw.json',
  ])('%s is not there', async (path) => {
    expect((await stage.call('GET', `/v1/jobs/${job}/raw/${path}`)).status).toBe(404);
  });
});

test('a job that has asked nothing has no parts; one that is not there is not found', async () => {
  const empty = 'eeeebbbbccccdddd';
  const ref = { tenant: 'default', job: empty, run: 1 };
  const { ledger } = stage.backends;
  await ledger.write(keys.job(ref), { tenant: 'default', job: empty, name: 'n', pipeline: pipeline(), inputs: [] });
  expect((await stage.call('GET', `/v1/jobs/${empty}/raw`)).json).toEqual({ parts: [], cursor: null });
  expect((await stage.call('GET', '/v1/jobs/ffffbbbbccccdddd/raw')).status).toBe(404);
});

test('the OpenAPI document has both', async () => {
  const { json } = await stage.call('GET', '/openapi.json');
  const { paths } = json as { paths: Record<string, { get?: { responses: object } }> };
  expect(Object.keys(paths).filter((path) => path.includes('/raw'))).toEqual([
    '/v1/jobs/{id}/raw',
    '/v1/jobs/{id}/raw/{*}',
  ]);
  expect(JSON.stringify(paths['/v1/jobs/{id}/raw']?.get?.responses)).toContain('submissions');
});
