import { attention, createFlow, defaultFlowSettings, submissionName } from '@batchmill/flow';
import type { Flow } from '@batchmill/flow';
import { keys } from '@batchmill/ledger';
import {
  closeStage,
  file,
  pipeline,
  partPlan,
  refused,
  row,
  shardRef,
  temporaryLedger,
} from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import type { BatchProvider, ProviderBatch } from '@batchmill/providers';
import { connectQueues, inFlight } from '@batchmill/queue';
import type { Queues } from '@batchmill/queue';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAudit } from './audit.ts';

const submission = { ...shardRef, stage: '001', attempt: 1, part: 0, submission: 1 };
const WAIT_MS = defaultFlowSettings.leaseMs + defaultFlowSettings.settleMs;

let server: TestRedis;
let queues: Queues;
let folder: TemporaryLedger;
let flow: Flow;
let batches: ProviderBatch[];
let cancelled: string[];
let told: string[];
let audit: () => Promise<void>;

beforeAll(async () => {
  server = await startTestRedis();
  queues = connectQueues(server.connection);
});
afterAll(async () => {
  await queues.close();
  await server.stop();
});
beforeEach(async () => {
  await queues.redis.command('FLUSHALL');
  folder = await temporaryLedger();
  const { ledger, clock } = folder;
  const now = () => clock.nowMs;
  flow = createFlow({ ledger, queues, settings: defaultFlowSettings, now });
  [batches, cancelled, told] = [[], [], []];
  await folder.addJob(pipeline());
  await closeStage(ledger, shardRef, '000', [row('1')]);
  await ledger.write(keys.plan(submission), { rows: 1, asked: 1, parts: [partPlan()] });
  await ledger.write(keys.file(submission), file());
  const provider = {
    name: 'openai',
    capabilities: { tag: true, list: true, fence: true, cancel: true, partialOnCancel: true },
    async *listBatches() {
      yield* batches;
    },
    cancelBatch: async (id: string) => (cancelled.push(id), 'sent' as const),
  } as unknown as BatchProvider;
  const auditProvider = createAudit({
    ledger,
    flow,
    queues,
    deploymentId: 'us',
    settings: defaultFlowSettings,
    events: {
      adopted: (_ref, id) => void told.push(`adopted ${id}`),
      rogue: (_ref, id) => void told.push(`rogue ${id}`),
    },
    now,
  });
  audit = () => auditProvider(provider);
  return () => folder[Symbol.asyncDispose]();
});

const batch = (id: string, given: Partial<ProviderBatch> = {}): ProviderBatch => ({
  id,
  inputFileId: 'file-1',
  state: 'open',
  providerStatus: 'in_progress',
  outputFileId: null,
  errorFileId: null,
  errors: [],
  errorsTotal: 0,
  createdAtMs: folder.clock.nowMs - WAIT_MS - 1,
  endedAtMs: null,
  metadata: { batchmill: 'us', submission: submissionName(submission) },
  requestCounts: { total: 1, completed: 0, failed: 0 },
  ...given,
});

const claim = () => folder.ledger.write(keys.intent(submission), { fileId: 'file-1', worker: 'w' });

test('R13 a batch that an open claim has lost is adopted, and its owner is no longer asked about it', async () => {
  await claim();
  await attention(queues).raise(shardRef.job, 'r1-s0-001-a1-p0-t1', 'is there a batch?');
  batches = [batch('b')];
  await audit();
  expect(told).toEqual(['adopted b']);
  expect(await folder.ledger.read(keys.batch(submission))).toMatchObject({ batchId: 'b', adopted: true });
  expect([...(await inFlight(queues.redis).list('openai')).keys()]).toEqual(['b']);
  expect(await attention(queues).of(shardRef.job)).toBeNull();
  await audit();
  expect(told).toHaveLength(1);
});

test('R13 a batch with our tag that nothing waits for is cancelled once, and its job says so', async () => {
  await folder.ledger.write(keys.batch(submission), { batchId: 'recorded', adopted: false });
  batches = [batch('recorded'), batch('twin')];
  await audit();
  await audit();
  expect(cancelled).toEqual(['twin']);
  expect(told).toEqual(['rogue twin']);
  const reason = 'openai had a batch of this job that no record names: twin. It is cancelled';
  expect(await attention(queues).of(shardRef.job)).toMatchObject({
    waits: false,
    reason: expect.stringContaining(reason),
  });
});

test.each<[string, () => Promise<unknown>, Partial<ProviderBatch>]>([
  [
    'of a claim that was given up',
    async () => (await claim(), folder.ledger.write(keys.refused(submission), refused('fenced'))),
    {},
  ],
  ['for another file than the claim', claim, { inputFileId: 'file-2' }],
  ['whose tag is no submission', async () => undefined, { metadata: { batchmill: 'us', submission: 'what?' } }],
  ['without any submission', async () => undefined, { metadata: { batchmill: 'us' } }],
])('R13 a batch %s is cancelled', async (_name, given, change) => {
  await given();
  batches = [batch('b', change)];
  await audit();
  expect(cancelled).toEqual(['b']);
  expect(await folder.ledger.read(keys.batch(submission))).toBeNull();
});

test('R13 one that has run to its end unnoticed is told, one that gave no answer is not', async () => {
  const ended = { state: 'completed', outputFileId: 'o' } as const;
  batches = [batch('paid', ended), batch('unpaid', { state: 'failed' })];
  await audit();
  await audit();
  expect(told).toEqual(['rogue paid']);
  expect(cancelled).toEqual([]);
  expect((await attention(queues).of(shardRef.job))?.reason).toMatch(/has run a batch .*: paid\. It is on the bill/);
});

test('batches of others, and young ones, are left alone', async () => {
  const young = { createdAtMs: folder.clock.nowMs - WAIT_MS };
  batches = [
    batch('theirs', { metadata: { batchmill: 'them' } }),
    batch('untagged', { metadata: {} }),
    batch('young', young),
  ];
  await audit();
  expect(cancelled).toEqual([]);
  folder.clock.nowMs += 1;
  await audit();
  expect(cancelled).toEqual(['young']);
});

test('a provider whose clock is ahead of ours hides nothing: then our own time counts', async () => {
  batches = [batch('ahead', { createdAtMs: folder.clock.nowMs + 1e9 })];
  await audit();
  folder.clock.nowMs += WAIT_MS;
  await audit();
  expect(cancelled).toEqual([]);
  folder.clock.nowMs += 1;
  await audit();
  expect(cancelled).toEqual(['ahead']);
});
