import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { beforeEach, expect, test } from 'vitest';
import { deliveredRows } from './support/delivered-rows.ts';
import { createJob, openHandDriven } from './support/hand-driven.ts';
import type { HandDriven } from './support/hand-driven.ts';
import { answerLine, startScriptedProvider } from './support/scripted-provider.ts';
import type { BatchEnd, ScriptedProvider } from './support/scripted-provider.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const PIPELINE = `name: recut
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: say
    generate: { provider: openai, model: gpt-4o-mini, prompt: "Say {{ word }}", retry: { attempts: 1 }, into: a }
output: { format: jsonl, file: out.jsonl }
`;
const words = (count: number) => Array.from({ length: count }, (_, id) => ({ id, word: `word${id}` }));

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

const noRoom = (limit: number): BatchEnd => ({
  status: 'failed',
  output: null,
  errors: null,
  validation: [
    {
      code: 'token_limit_exceeded',
      message: `Enqueued token limit reached for gpt-4o-mini. Limit: ${limit} enqueued tokens. Please try again once some in_progress batches have been completed.`,
      line: null,
    },
  ],
});

const planOf = (job: string, attempt: number) =>
  driven.backends.ledger.read(keys.plan({ tenant: 'default', job, run: 1, shard: 0, stage: '001', attempt }));

const reportOf = async (id: string): Promise<Report> => {
  const [file] = (await driven.client.outputs(id)).filter((one) => one.path === 'report.json');
  if (file === undefined) throw new Error('there is no report');
  const target = path.join(folder.path, 'report.json');
  await driven.client.download(id, file, target);
  return JSON.parse(await readFile(target, 'utf8')) as Report;
};

/** Runs the job at a provider that takes as many requests at once as `fits` says, and names this limit. */
const runAt = async (id: string, fits: number, limitOf: (tokensPerRow: number) => number): Promise<void> => {
  let limit = 0;
  provider.onEnd = (_batch, requests) =>
    requests.length > fits ? noRoom(limit) : { status: 'completed', output: requests.map(answerLine), errors: null };
  await driven.drive(id, async (message) => {
    const [part] = (await planOf(id, 1))?.parts ?? [];
    if (part !== undefined) limit = limitOf(part.estimatedTokens / part.requests.lines);
    return driven.handle(message);
  });
};

test('a batch above the limit its provider names is cut by that limit, and its rows lose no attempt by it', async () => {
  const id = await createJob(driven, PIPELINE, words(6));
  await runAt(id, 2, (tokensPerRow) => Math.floor(tokensPerRow * 2.5));

  const { outcomes, steps } = await reportOf(id);
  expect(outcomes).toEqual({ ok: 6 });
  expect(steps).toMatchObject([{ entering: 6, askedAgain: { recut: 6 }, attempts: 2, batches: 4 }]);
  expect((await planOf(id, 2))?.parts.map(({ requests }) => requests.lines)).toEqual([2, 2, 2]);
  const rows = await deliveredRows(driven.client, id, 'out.jsonl', folder.path);
  expect(rows.map(({ a }) => a)).toEqual(words(6).map(({ word }) => `<Say ${word}>`));
  // refused once as a whole, then each third once
  expect(provider.inputs.map(({ requests }) => requests.length)).toEqual([6, 2, 2, 2]);
  const { shards } = await driven.client.explain(id, 0);
  expect(JSON.stringify(shards)).toContain('6 recut');
});

test('a provider that counts more tokens than we do has the batch halved until it fits', async () => {
  const id = await createJob(driven, PIPELINE, words(8));
  await runAt(id, 2, (tokensPerRow) => Math.ceil(tokensPerRow * 8));
  const { outcomes, steps } = await reportOf(id);
  expect(outcomes).toEqual({ ok: 8 });
  expect(steps).toMatchObject([{ askedAgain: { recut: expect.any(Number) } }]);
  expect((await planOf(id, 2))?.parts.map(({ requests }) => requests.lines)).toEqual([4, 4]);
});

test('a request above the whole limit ends with its tokens and the limit, the others are answered', async () => {
  const rows = [...words(2), { id: 2, word: 'long '.repeat(400) }];
  const id = await createJob(driven, PIPELINE, rows);
  await runAt(id, 2, () => 100);
  const { outcomes } = await reportOf(id);
  expect(outcomes).toEqual({ ok: 2, invalid: 1 });
  const { rows: invalid } = await driven.client.rows(id, { outcome: 'invalid' });
  const message = expect.stringMatching(/about \d+ tokens; at most 100 may wait for gpt-4o-mini/);
  expect(invalid).toMatchObject([{ key: '2', reason: { code: 'request-too-large', message } }]);
});
