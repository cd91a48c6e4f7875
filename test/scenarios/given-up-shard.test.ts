import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report, SubmissionRef } from '@batchmill/contracts';
import { quarantine } from '@batchmill/flow';
import { done } from '@batchmill/queue';
import { beforeEach, expect, test } from 'vitest';
import { deliveredRows } from './support/delivered-rows.ts';
import { createJob, openHandDriven } from './support/hand-driven.ts';
import type { HandDriven, Message } from './support/hand-driven.ts';
import { startScriptedProvider } from './support/scripted-provider.ts';
import type { ScriptedProvider } from './support/scripted-provider.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: given-up
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
shards: { rows: 3 }
steps:
  - id: one
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", into: a }
  - id: two
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Shorten {{ a }}", into: b }
output: { format: jsonl, file: out.jsonl, rows: all }
`;
const ROWS = Array.from({ length: 6 }, (_, id) => ({ id, word: `word${id}` }));
const REASON = { code: 'crashed', message: 'The process died 3 times while it worked on this.' };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let provider: ScriptedProvider;
let driven: HandDriven;
beforeEach(async () => {
  folder = await temporaryFolder();
  provider = await startScriptedProvider();
  driven = await openHandDriven(folder.path, { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: provider.url });
  return async () => {
    await driven[Symbol.asyncDispose]();
    await provider[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  };
});

const giveUp = async ({ queue, payload }: Pick<Message, 'queue' | 'payload'>): Promise<typeof done> => {
  const { ledger, flow } = driven.backends;
  await quarantine(ledger, flow, queue)(payload as SubmissionRef, REASON);
  return done;
};
const isOfShard = ({ payload }: Message, shard: number): boolean => (payload as Partial<SubmissionRef>).shard === shard;

const reportOf = async (id: string): Promise<Report> => {
  const [file] = (await driven.client.outputs(id)).filter((one) => one.path === 'report.json');
  if (file === undefined) throw new Error('there is no report');
  const target = path.join(folder.path, 'report.json');
  await driven.client.download(id, file, target);
  return JSON.parse(await readFile(target, 'utf8')) as Report;
};

/** Custom ids of everything a batch was asked for, whatever came of it. */
const askedFor = (): string[] =>
  provider.inputs
    .filter(({ id }) => provider.batches.some((batch) => batch.input_file_id === id))
    .flatMap(({ requests }) => requests.map(({ custom_id: id }) => id));

test('R14 a shard given up while its batch runs keeps the answers it has paid for', async () => {
  let isGivenUp = false;
  const finish = provider.onEnd;
  // no batch of step one ends before the shard is given up
  provider.onEnd = (batch, requests) => (isGivenUp ? finish(batch, requests) : null);
  const id = await createJob(driven, PIPELINE, ROWS);
  await driven.drive(id, async (message) => {
    if (message.queue !== 'poll-due' || provider.batches.length < 2) return driven.handle(message);
    if (!isGivenUp) await giveUp({ queue: 'rows-ready', payload: shardOf(id, { stage: '001', attempt: 1 }) });
    isGivenUp = true;
    return driven.handle(message);
  });

  const { outcomes, steps, cost } = await reportOf(id);
  expect(outcomes).toEqual({ ok: 3, failed: 3 });
  // both batches of step one are accounted; step two was not begun for the shard
  expect(steps).toMatchObject([
    { step: 'one', entering: 6, outcomes: { ok: 6 }, batches: 2 },
    { step: 'two', entering: 3, outcomes: { ok: 3 }, batches: 1 },
  ]);
  expect(cost.paid).toBeGreaterThan(0);
  expect(new Set(askedFor()).size).toBe(9);
  expect(askedFor()).toHaveLength(9);
  const rows = await deliveredRows(driven.client, id, 'out.jsonl', folder.path);
  expect(rows.map(({ a }) => a)).toEqual(ROWS.map(({ word }) => `<Say ${word}>`));
  const { rows: failed } = await driven.client.rows(id, { outcome: 'failed' });
  expect(failed).toMatchObject([0, 1, 2].map((key) => ({ key: String(key), step: 'two', reason: REASON })));
  const { shards } = await driven.client.explain(id, 0);
  expect(JSON.stringify(shards)).toContain('given up');
});

test('R14 a shard given up in its last step delivers what was answered', async () => {
  const id = await createJob(driven, PIPELINE.replace(/ {2}- id: two[^]*?into: b }\n/, ''), ROWS);
  let isGivenUp = false;
  const finish = provider.onEnd;
  provider.onEnd = (batch, requests) => (isGivenUp ? finish(batch, requests) : null);
  await driven.drive(id, async (message) => {
    if (message.queue === 'poll-due' && provider.batches.length === 2 && !isGivenUp) {
      await giveUp({ queue: 'requests-built', payload: shardOf(id, { ...FIRST, submission: 1 }) });
      isGivenUp = true;
    }
    return driven.handle(message);
  });
  expect((await driven.client.job(id)).outcomes).toEqual({ ok: 6 });
});

const QUEUES = ['rows-ready', 'requests-built', 'batch-ended', 'results-stored'] as const;

test.each(QUEUES)(
  'R14 work of %s that always kills its process is never tried again, and the job ends',
  async (queue) => {
    const id = await createJob(driven, PIPELINE, ROWS);
    const deaths = new Map<string, number>();
    await driven.drive(id, async (message) => {
      if (message.queue !== queue || !isOfShard(message, 0)) return driven.handle(message);
      deaths.set(message.id, (deaths.get(message.id) ?? 0) + 1);
      return giveUp(message);
    });
    // a claim is still withdrawn or resolved by the same message, once
    const most = queue === 'requests-built' ? 2 : 1;
    expect([...deaths.values()].every((times) => times <= most)).toBe(true);
    expect(deaths.size).toBe(1);
    const { outcomes } = await reportOf(id);
    expect(outcomes).toEqual({ ok: 3, failed: 3 });
    expect(new Set(askedFor()).size).toBe(askedFor().length);
    const { rows: failed } = await driven.client.rows(id, { outcome: 'failed' });
    expect(failed).toMatchObject([0, 1, 2].map((key) => ({ key: String(key), step: 'one', reason: REASON })));
  },
);

const FIRST = { stage: '001', attempt: 1, part: 0 };
const shardOf = <Place>(job: string, place: Place) => ({ tenant: 'default', job, run: 1, shard: 0, ...place });
