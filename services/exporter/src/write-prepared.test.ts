import type { ByHand, OutputRecord, PartPlan } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import {
  closedRecord,
  partPlan,
  pipeline,
  reject,
  row,
  shardRef,
  stages,
  temporaryLedger,
} from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { writePrepared } from './write-prepared.ts';

const RUN = { tenant: shardRef.tenant, job: shardRef.job, run: 1 };

/** What two shards have prepared, as files. */
const write = async (shards: { model: string; ids: string[] }[][], limits: { requests: number; bytes: number }) => {
  const folder = await temporaryLedger();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const { ledger } = folder;
  const compiled = pipeline({ stages: stages.slice(0, 1) });
  await folder.addJob(compiled);
  let ordinal = 0;
  for (const [shard, parts] of shards.entries()) {
    const ref = { ...RUN, shard };
    const toSend: PartPlan[] = [];
    for (const { model, ids } of parts)
      toSend.push({
        ...partPlan(),
        model,
        requests: await ledger.writeLines(
          ref,
          'r',
          ids.map((id) => ({ custom_id: id })),
        ),
      });
    await ledger.write(keys.plan({ ...ref, stage: '001', attempt: 1 }), { rows: 1, asked: 0, parts: [], toSend });
    const waiting = parts.flatMap(({ ids }) => ids).map(() => reject((ordinal++).toString(36), '001', 'missing'));
    const failed = { ...reject((ordinal++).toString(36), '001', 'invalid'), key: 'unaskable' };
    const skipped = row((ordinal++).toString(36));
    await ledger.write(keys.closed(ref, '000'), { ...closedRecord(0) });
    await ledger.write(keys.closed(ref, '001'), {
      ...closedRecord(0),
      rows: await ledger.writeLines(ref, 'rows', [skipped]),
      rejects: await ledger.writeLines(ref, 'rejects', [...waiting, failed]),
    });
    await ledger.write(keys.shardClosed(ref), { lastStage: '001', rows: 1, quarantined: false });
  }
  await ledger.write(keys.shards(RUN), {
    shards: shards.length,
    rows: ordinal,
    sourceRows: ordinal,
    rejectedRows: 0,
    rejectsByReason: {},
    startAfter: [{ from: 0, stage: '000' }],
  });
  const job = await ledger.read(keys.job(RUN));
  if (job === null) throw new Error('no job');
  const byHand: ByHand = { open: { stage: '001', limits: { ...limits, customId: '.' } } };
  const files = await writePrepared(ledger, RUN, { ...job, byHand }, [{ ref: RUN, shards: shards.length }]);
  const linesOf = ({ blob }: Pick<OutputRecord, 'blob'>) =>
    Array.fromAsync(ledger.readLines<Record<string, unknown>>(blob));
  return { ledger, job, files, linesOf, rows: files.at(-1) };
};

const two = [
  [{ model: 'm', ids: ['a', 'b'] }],
  [
    { model: 'n', ids: ['x'] },
    { model: 'm', ids: ['c'] },
  ],
];

test('requests of all shards share files as far as limits allow, one model in each', async () => {
  const { files, linesOf } = await write(two, { requests: 10, bytes: 1000 });
  expect(files.map(({ path, rows }) => [path, rows])).toEqual([
    ['prepared/requests-1.jsonl', 3],
    ['prepared/requests-2.jsonl', 1],
    ['prepared/rows.jsonl', 8],
  ]);
  expect((await linesOf(files[0] as OutputRecord)).map((line) => line['custom_id'])).toEqual(['a', 'b', 'c']);
});

test.each([
  ['requests', { requests: 2, bytes: 1000 }],
  ['bytes', { requests: 10, bytes: 2 * '{"custom_id":"a"}\n'.length }],
])('a file has no more %s than a provider takes', async (_, limits) => {
  const { files } = await write(two, limits);
  expect(files.map(({ rows }) => rows)).toEqual([2, 1, 1, 8]);
});

test('the rows are there as they enter the step, those that wait and those that are skipped; of others why not', async () => {
  const { rows, linesOf } = await write(two, { requests: 10, bytes: 1000 });
  const lines = await linesOf(rows as OutputRecord);
  expect(lines.map(({ id }) => id)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(lines.map((line) => line['outcome'] ?? 'enters')).toEqual([
    ...['enters', 'enters', 'invalid', 'enters'],
    ...['enters', 'enters', 'invalid', 'enters'],
  ]);
});

test('a job that is not by hand has none of this; lines of no row are an output of any that is', async () => {
  const { ledger, job } = await write(two, { requests: 10, bytes: 1000 });
  expect(await writePrepared(ledger, RUN, job, [])).toEqual([]);
  const blob = await ledger.writeLines({ ...RUN, shard: 0 }, 'unmatched', [{ custom_id: 'x' }]);
  await ledger.write(keys.answers(RUN), { by: 'key', entries: 0, runs: [], files: blob, unmatched: blob });
  expect(await writePrepared(ledger, RUN, { ...job, byHand: { answers: [] } }, [])).toMatchObject([
    { path: 'unmatched.jsonl', rows: 1 },
  ]);
});
