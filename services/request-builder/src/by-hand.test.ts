import { keyDigest, writeIndex } from '@batchmill/answer-index';
import type { ByHand, Row } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import { closedRecord, generateStage, pipeline, shardRef } from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import { buildRequests } from './build-requests.ts';
import { noPictures as pictures, openStage } from './testing/stage.ts';

const LIMITS = { requests: 2, bytes: 1000, customId: '^[A-Za-z0-9_-]{1,64}$' };
const REF = { ...shardRef, job: 'byhandbyhandbyha', stage: '001', attempt: 1 };

/** A shard of a job by hand whose rows have these keys; the row `skip` is not asked. */
const build = async (rowKeys: string[], byHand: ByHand, given: object[] = []) => {
  const stage = await openStage([]);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  const { ledger } = stage;
  const first = generateStage('001');
  const messages = [{ role: 'user' as const, content: '{{ text }}' }];
  const compiled = pipeline({
    stages: [{ ...first, when: 'text != "skip"', generate: { ...first.generate, mode: 'by-hand', messages } }],
  });
  const ref = { tenant: REF.tenant, job: REF.job };
  await ledger.write(keys.job(ref), { ...ref, name: 'x', pipeline: compiled, inputs: [], byHand });
  const rows = rowKeys.map((key, i): Row => ({ id: i.toString(36), key, home: 0, line: 1, fields: { text: key } }));
  await ledger.write(keys.closed(REF, '000'), {
    ...closedRecord(rows.length),
    rows: await ledger.writeLines(REF, 'rows', rows),
  });
  const lines = given.map((line) => JSON.stringify(line));
  const blob = await ledger.writeLines(REF, 'given', lines);
  async function* answers() {
    let start = 0;
    for (const [position, line] of lines.entries()) {
      const { custom_id: id } = given[position] as { custom_id: string };
      yield { digest: keyDigest('001', id), blob: blob.key, start, bytes: line.length };
      start += line.length + 1;
    }
  }
  await ledger.write(keys.answers(ref), { by: 'key', ...(await writeIndex(ledger, ref, answers())) });
  const nobody = () => {
    throw new Error('a job by hand needs no provider');
  };
  const providers = { names: [], get: nobody, isConfigured: () => false, settings: nobody };
  const poison = { found: async () => new Set<string>(), mark: async () => {}, clear: async () => {} };
  const plots = { render: nobody, close: async () => {}, concurrency: 1 };
  const flow = testFlow(ledger);
  await buildRequests({ ledger, flow, providers, plots, pictures, poison, events: { planned: () => {} } })(
    REF,
    firstTry(),
  );
  const plan = await ledger.read(keys.plan(REF));
  return { plan, lines: async (blobRef = plan?.given) => Array.fromAsync(ledger.readLines<object>(blobRef ?? null)) };
};

test('the requests of an open step are made under the keys of their rows, for nobody to send', async () => {
  const { plan, lines } = await build(['series-1', 'skip', 'series-2', 'series-3'], {
    open: { stage: '001', limits: LIMITS },
  });
  expect(plan).toMatchObject({ rows: 4, asked: 0, parts: [] });
  expect(Bitmap.decode(plan?.skipped).has(1)).toBe(true);
  expect(plan?.toSend?.map(({ requests }) => requests.lines)).toEqual([2, 1]);
  expect(await lines(plan?.toSend?.[0]?.requests)).toMatchObject([
    { custom_id: 'series-1', method: 'POST', url: '/v1/chat/completions', body: { model: 'm' } },
    { custom_id: 'series-2' },
  ]);
});

test('a row whose key a provider would not take has no request', async () => {
  const { plan, lines } = await build(['fine', 'not fine', 'x'.repeat(65)], { open: { stage: '001', limits: LIMITS } });
  expect(plan?.toSend?.map(({ requests }) => requests.lines)).toEqual([1]);
  expect(await lines(plan?.unaskable)).toMatchObject([
    { row: '1', outcome: 'invalid', code: 'custom-id', message: expect.stringContaining('found "not fine"') as string },
    { row: '2', code: 'custom-id' },
  ]);
});

test('of an answered step every line for a row is taken, and the row is not made again', async () => {
  const given = [
    { custom_id: 'b', error: 1 },
    { custom_id: 'a', response: 2 },
    { custom_id: 'b', response: 3 },
    { custom_id: 'skip', response: 4 },
  ];
  const { plan, lines } = await build(['a', 'b', 'skip', 'c'], { answers: [] }, given);
  expect(plan).toMatchObject({ rows: 4, asked: 0, parts: [], given: { lines: 3 } });
  expect(plan?.toSend).toBeUndefined();
  expect(Bitmap.decode(plan?.skipped).has(2)).toBe(true);
  expect(await lines()).toEqual([
    { custom_id: `${REF.job}-001-0-1-a1`, error: 1 },
    { custom_id: `${REF.job}-001-0-0-a1`, response: 2 },
    { custom_id: `${REF.job}-001-0-1-a1`, response: 3 },
  ]);
});
