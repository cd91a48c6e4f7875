import { firstTry, roomForAll, testFlow } from '@batchmill/flow/testing';
import type { SubmissionRef } from '@batchmill/contracts';
import { submissionName } from '@batchmill/flow';
import { Bitmap, keys } from '@batchmill/ledger';
import { partPlan, pipeline, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import type { BatchProvider, ProviderBatch } from '@batchmill/providers';
import { beforeEach, describe, expect, test } from 'vitest';
import { PollInterval } from './poll-interval.ts';
import { watchBatches } from './watch-batches.ts';

let folder: TemporaryLedger;
let batches: Map<string, ProviderBatch | null>;
let calls: string[];
let open: Map<string, SubmissionRef>;
let reservations: ReturnType<typeof roomForAll>;
let flow: ReturnType<typeof testFlow>;
let poll: () => Promise<void>;
let onCall: () => void;

const submission = (part: number): SubmissionRef => ({ ...shardRef, stage: '001', attempt: 1, part, submission: 1 });
const batchOf = (id: string, changes: Partial<ProviderBatch> = {}): ProviderBatch => ({
  id,
  inputFileId: 'f',
  state: 'open',
  providerStatus: 'in_progress',
  outputFileId: null,
  errorFileId: null,
  errors: [],
  errorsTotal: 0,
  createdAtMs: 5,
  endedAtMs: null,
  metadata: {},
  requestCounts: { total: 0, completed: 0, failed: 0 },
  ...changes,
});
const running = (count: number): void => {
  for (let part = 0; part < count; part += 1) {
    batches.set(`b${part}`, batchOf(`b${part}`));
    open.set(`b${part}`, submission(part));
  }
};
const endOf = (part: number) => folder.ledger.read(keys.ended(submission(part)));

beforeEach(async () => {
  folder = await temporaryLedger();
  const { ledger, clock } = folder;
  await folder.addJob(pipeline());
  batches = new Map();
  calls = [];
  open = new Map();
  onCall = () => {};
  reservations = roomForAll();
  flow = testFlow(ledger, { now: () => clock.nowMs });
  const provider = {
    name: 'openai',
    capabilities: { list: true },
    async *listBatches() {
      calls.push('list');
      onCall();
      for (const batch of batches.values()) if (batch !== null) yield batch;
    },
    async getBatch(id: string) {
      calls.push(id);
      onCall();
      return batches.get(id) ?? null;
    },
  } as unknown as BatchProvider;
  const handler = watchBatches({
    ledger,
    flow,
    providers: {
      names: ['openai'],
      get: () => provider,
      isConfigured: () => true,
      settings: () => flow.settings,
    },
    inFlight: { list: async () => new Map(open), remove: async (_account, id) => void open.delete(id) },
    reservations,
    interval: new PollInterval(1000, 60_000),
    events: { ended: () => {}, vanished: () => {} },
    now: () => clock.nowMs,
  });
  poll = async () => void (await handler({ account: 'openai' }, firstTry()));
  await ledger.write(keys.plan(submission(0)), {
    rows: 9,
    asked: 9,
    parts: Array.from({ length: 9 }, () => partPlan()),
  });
  return () => folder[Symbol.asyncDispose]();
});

describe('a look', () => {
  test('records what has ended, frees its tokens, takes it from the index, and nothing else', async () => {
    running(2);
    reservations.held.add(submissionName(submission(0)));
    batches.set('b0', batchOf('b0', { state: 'expired', outputFileId: 'o', endedAtMs: 9 }));
    await poll();
    expect(await endOf(0)).toMatchObject({
      batchId: 'b0',
      state: 'expired',
      failure: null,
      outputFileId: 'o',
      createdAt: 5,
      endedAt: 9,
    });
    expect(await endOf(1)).toBeNull();
    expect([...open.keys()]).toEqual(['b1']);
    expect(reservations.held.size).toBe(0);
    expect(flow.advanced).toHaveLength(1);
  });

  test('asks for a few batches one by one, for many by list, and singly for what the list lacks', async () => {
    running(2);
    await poll();
    expect(calls).toEqual(['b0', 'b1']);
    running(5);
    batches.delete('b3');
    calls.length = 0;
    await poll();
    expect(calls).toEqual(['list', 'b3']);
  });

  test('without open batches asks nobody', async () => {
    await poll();
    expect(calls).toEqual([]);
  });

  test('is repeated after a death in between', async () => {
    running(1);
    batches.set('b0', batchOf('b0', { state: 'completed' }));
    const { advance } = flow;
    flow.advance = async () => Promise.reject(new Error('killed'));
    open = new Map([['b0', submission(0)]]);
    await expect(poll()).rejects.toThrow('1 batches could not be recorded');
    flow.advance = advance;
    open = new Map([['b0', submission(0)]]);
    folder.clock.nowMs += 60_000;
    await poll();
    expect(open.size).toBe(0);
  });

  test('that cannot record one batch records the others all the same', async () => {
    running(3);
    for (const id of ['b0', 'b1', 'b2']) batches.set(id, batchOf(id, { state: 'completed' }));
    const { advance } = flow;
    flow.advance = async (ref) => {
      if (flow.advanced.length === 0) {
        flow.advanced.push(ref);
        throw new Error('this shard cannot be read');
      }
      await advance(ref);
    };
    await expect(poll()).rejects.toThrow('1 batches could not be recorded');
    expect(await Promise.all([0, 1, 2].map(async (part) => (await endOf(part))?.state))).toEqual([
      'completed',
      'completed',
      'completed',
    ]);
  });
});

describe('how often', () => {
  test('at once after a new batch, then less and less often with its age', async () => {
    running(1);
    await poll();
    await poll();
    expect(calls).toHaveLength(1);
    const looks: number[] = [];
    for (let second = 1; second <= 3600; second += 1) {
      folder.clock.nowMs += 1000;
      const before = calls.length;
      await poll();
      if (calls.length > before) looks.push(second);
    }
    expect(looks[0]).toBe(1);
    const pauses = looks.map((second, i) => second - (looks[i - 1] ?? 0));
    expect(pauses.at(-1)).toBe(60);
    expect(looks.length).toBeLessThan(150);
    running(2);
    calls.length = 0;
    await poll();
    expect(calls.length).toBeGreaterThan(0);
  });

  test('a provider in trouble is not asked every second', async () => {
    running(1);
    onCall = () => {
      throw new Error('503');
    };
    let asked = 0;
    for (let second = 0; second < 600; second += 1) {
      folder.clock.nowMs += 1000;
      const before = calls.length;
      await poll().catch(() => {});
      asked += calls.length - before;
    }
    expect(asked).toBeLessThan(80);
    expect(asked).toBeGreaterThan(10);
  });
});

describe('a batch the provider does not know', () => {
  const wait = async (looks: number, ms: number): Promise<void> => {
    for (let look = 0; look < looks; look += 1) {
      folder.clock.nowMs += ms;
      await poll();
    }
  };

  test('is given up only after several looks over a time in which a list must have caught up', async () => {
    running(1);
    batches.delete('b0');
    await poll();
    await wait(20, 1000);
    expect(await endOf(0)).toBeNull();
    await wait(6, 60_000);
    expect(await endOf(0)).toMatchObject({
      state: 'completed',
      outputFileId: null,
      errors: [{ code: 'batch_not_found' }],
    });
    expect(open.size).toBe(0);
  });

  test('now and then, but is there in between, is never given up', async () => {
    running(1);
    for (let i = 0; i < 30; i += 1) {
      batches.set('b0', i % 3 === 0 ? batchOf('b0') : null);
      await wait(1, 60_000);
    }
    expect(await endOf(0)).toBeNull();
  });
});

describe('a failed batch', () => {
  const fail = async (errors: ProviderBatch['errors']) => {
    running(1);
    batches.set('b0', batchOf('b0', { state: 'failed', errors }));
    await poll();
    return endOf(0);
  };
  const error = (changes: Partial<ProviderBatch['errors'][number]>) => ({
    code: 'c',
    message: 'm',
    line: null,
    param: null,
    ...changes,
  });

  test.each([
    ['pool-full', error({ code: 'token_limit_exceeded' })],
    ['fenced', error({ message: 'no such file', param: 'file_id' })],
    ['bad-lines', error({ line: 3 })],
    ['other', error({})],
  ])('says why in one word: %s', async (failure, given) => {
    expect(await fail([given])).toMatchObject({ state: 'failed', failure });
  });

  test('with every line bad stays a record, and knows every line', async () => {
    const errors = Array.from({ length: 50_000 }, (_, i) =>
      error({ line: i + 1, message: 'x'.repeat(10_000), code: 'y'.repeat(3000) }),
    );
    const record = await fail(errors);
    expect(record?.errors).toHaveLength(100);
    const bad = Bitmap.decode(record?.badLines);
    expect(bad.size).toBe(50_000);
    expect([bad.has(0), bad.has(49_999), bad.has(50_000)]).toEqual([true, true, false]);
  });
});
