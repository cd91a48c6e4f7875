import type { Fields, Stage as PipelineStage } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { closedRecord, shardRef } from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { attemptRef, openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

/** A step before, which should have made `cleaned`; it is over before the rows come here. */
const earlier: PipelineStage = {
  number: '000',
  step: 'clean',
  kind: 'transform',
  transform: { name: 'derive', options: { cleaned: '{{ caption }}' } },
};

const open = async (lacking: number, rows: number): Promise<Stage> => {
  const fields: Fields[] = Array.from({ length: rows }, (_, row): Fields =>
    row < lacking ? { caption: 'x' } : { cleaned: 'x' },
  );
  const messages = [{ role: 'user' as const, content: '{{ cleaned }}' }];
  const stage = await openStage(fields, { generate: { messages }, earlier: [earlier] });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};

test('where more rows of a shard lack what a step should have made than max_invalid allows, the run pauses and says so', async () => {
  const stage = await open(2, 20);
  await stage.build();
  expect(await stage.ledger.control(shardRef)).toEqual({
    paused: true,
    cancelled: false,
    pausedFor:
      'step "step-001": of 20 rows of shard 0, 2 lack a field that a step before should have made ("cleaned" in 2); ' +
      'max_invalid allows 5 %. Nothing was sent for them. Resume to go on without these rows, or cancel',
  });
  // all is ready for whoever resumes
  expect(await stage.plan()).toMatchObject({ asked: 18, unaskable: { lines: 2 } });
});

test('a share that is allowed pauses nothing', async () => {
  const stage = await open(1, 20);
  await stage.build();
  expect(await stage.ledger.control(shardRef)).toMatchObject({ paused: false });
  expect(await stage.plan()).toMatchObject({ asked: 19, unaskable: { lines: 1 } });
});

test('a step pauses a run once: what was resumed goes on, also in its other shards', async () => {
  const stage = await open(20, 20);
  await stage.build();
  await stage.ledger.addControl(shardRef, { kind: 'resume' });
  const other = { ...shardRef, shard: 1 };
  const { rows } = (await stage.ledger.read(keys.closed(shardRef, '000'))) ?? { rows: null };
  await stage.ledger.write(keys.closed(other, '000'), { ...closedRecord(20), rows });
  await stage.build(1, 1);
  expect(await stage.ledger.read(keys.plan({ ...attemptRef(), shard: 1 }))).toMatchObject({ asked: 0 });
  expect(await stage.ledger.control(shardRef)).toMatchObject({ paused: false });
});
