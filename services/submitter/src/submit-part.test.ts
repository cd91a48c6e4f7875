import { REFUSAL_KINDS } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import { ended } from '@batchmill/ledger/testing';
import { ProviderError } from '@batchmill/providers';
import { beforeEach, describe, expect, test } from 'vitest';
import type { PostFate } from './testing/fake-provider.ts';
import { openStage, partRef } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  return () => stage[Symbol.asyncDispose]();
});

const submission = (number: number) => ({ ...partRef, submission: number });
const read = {
  batch: (number: number) => stage.ledger.read(keys.batch(submission(number))),
  intent: (number: number) => stage.ledger.read(keys.intent(submission(number))),
  refused: (number: number) => stage.ledger.read(keys.refused(submission(number))),
  fenced: (number: number) => stage.ledger.read(keys.fenced(submission(number))),
};
const paidBatches = () => stage.provider.batches.filter(({ state }) => state !== 'failed');
const refusal = (kind: (typeof REFUSAL_KINDS)[number]): PostFate => ({
  kind: 'refused',
  refusal: { kind, code: kind, message: kind },
});

describe('one message', () => {
  test('uploads, claims, posts once and records the batch', async () => {
    expect(await stage.submit(1)).toEqual({ kind: 'done' });
    expect(stage.provider.posts).toEqual(['file-1']);
    expect(await read.intent(1)).toMatchObject({ fileId: 'file-1', worker: 'worker' });
    expect(await read.batch(1)).toMatchObject({ batchId: 'batch-1', adopted: false });
    expect(stage.flow.advanced).toHaveLength(1);
    expect(stage.reservations.held.size).toBe(1);
  });

  test('sent again and again posts nothing more', async () => {
    for (let i = 0; i < 4; i += 1) await stage.submit(1);
    await stage.submit(2);
    expect(stage.provider.posts).toHaveLength(1);
    expect(stage.provider.files.size).toBe(1);
  });

  test('of a number that is not next does nothing but ask what is next', async () => {
    await stage.submit(2);
    expect(stage.provider.posts).toEqual([]);
    expect(stage.flow.advanced).toHaveLength(1);
  });

  test('of a shard that is closed does nothing', async () => {
    await stage.ledger.write(keys.shardClosed(partRef), { lastStage: '000', rows: 3, quarantined: true });
    await stage.submit(1);
    expect(stage.provider.files.size).toBe(0);
  });
});

describe('R8 two workers at the same moment', () => {
  test('make one claim and one POST, whoever uploads first', async () => {
    await Promise.all([stage.submit(1), stage.submit(1), stage.submit(1)]);
    expect(stage.provider.posts).toHaveLength(1);
    const intent = await read.intent(1);
    expect(stage.provider.posts).toEqual([intent?.fileId]);
  });

  test('one of whom comes back after the other was refused gives its room back', async () => {
    let wake = (): void => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const sleeper = openSleeper(asleep);
    await sleeper.uploading;
    stage.provider.onUpload = async () => {};
    stage.provider.fates = [refusal('pool-full')];
    await stage.submit(1);
    expect(stage.reservations.held.size).toBe(0);
    stage.reservations.held.add('of the sleeper');
    stage.reservations.release = async () => stage.reservations.held.clear();
    wake();
    await sleeper.ended;
    expect(stage.provider.posts).toHaveLength(1);
    expect(stage.reservations.held.size).toBe(0);
  });

  const openSleeper = (asleep: Promise<void>) => {
    const uploading = Promise.withResolvers<void>();
    stage.provider.onUpload = async () => {
      uploading.resolve();
      await asleep;
    };
    return { ended: stage.submit(1), uploading: uploading.promise };
  };
});

describe('a refusal', () => {
  test.each(REFUSAL_KINDS)('%s is recorded, frees the room, and its number is never used again', async (kind) => {
    stage.provider.fates = [refusal(kind)];
    await stage.submit(1);
    expect(await read.refused(1)).toMatchObject({ kind });
    expect(stage.reservations.held.size).toBe(0);
    await stage.submit(1);
    expect(stage.provider.posts).toHaveLength(1);
  });

  test.each(['pool-full', 'rate-limited', 'not-reached', 'unauthorized', 'no-credit', 'fenced', 'other'] as const)(
    '%s is followed by a new submission with a new file',
    async (kind) => {
      stage.provider.fates = [refusal(kind)];
      await stage.run();
      expect(stage.provider.posts).toEqual(['file-1', 'file-2']);
      expect(await read.batch(2)).not.toBeNull();
    },
  );

  test('of the input itself is not followed by another', async () => {
    stage.provider.fates = [refusal('bad-input')];
    await stage.run();
    expect(stage.provider.posts).toEqual(['file-1']);
    expect(await stage.flow.next(partRef)).toMatchObject({ tasks: [{ kind: 'retrieve' }] });
  });
});

describe('R2 an answer that is lost', () => {
  test('is never sent again: the batch is found and adopted', async () => {
    stage.provider.fates = [{ kind: 'arrived' }];
    expect(await stage.submit(1)).toMatchObject({ kind: 'postpone' });
    expect(await stage.submit(1)).toEqual({ kind: 'done' });
    expect(await read.batch(1)).toMatchObject({ batchId: 'batch-1', adopted: true });
    expect(stage.provider.posts).toHaveLength(1);
  });

  test('nothing is fenced before the lease is over, nothing given up before the fence must have held', async () => {
    stage.provider.fates = [{ kind: 'lost' }];
    await stage.submit(1);
    stage.clock.nowMs += stage.flow.settings.leaseMs - 1;
    await stage.submit(1);
    expect(await read.fenced(1)).toBeNull();
    stage.clock.nowMs += 1;
    expect(await stage.submit(1)).toEqual({ kind: 'postpone', forMs: stage.flow.settings.settleMs });
    expect(await read.fenced(1)).toMatchObject({ fileId: 'file-1' });
    expect(stage.provider.files.size).toBe(0);
    stage.clock.nowMs += stage.flow.settings.settleMs - 1;
    await stage.submit(1);
    expect(await read.refused(1)).toBeNull();
    stage.clock.nowMs += 1;
    const { lists } = stage.provider;
    expect(await stage.submit(1)).toEqual({ kind: 'done' });
    expect(stage.provider.lists).toBe(lists + 1);
    expect(await read.refused(1)).toMatchObject({ kind: 'fenced' });
    expect(stage.reservations.held.size).toBe(0);
    expect(stage.provider.posts).toHaveLength(1);
    await stage.run();
    expect(stage.provider.posts).toEqual(['file-1', 'file-2']);
  });

  test('a list asked for before the fence must hold is not believed, however late it comes', async () => {
    const { leaseMs, settleMs } = stage.flow.settings;
    stage.provider.fates = [{ kind: 'lost' }];
    await stage.submit(1);
    stage.clock.nowMs += leaseMs;
    await stage.submit(1);
    const list = stage.provider.listBatches;
    stage.provider.listBatches = async function* late(options) {
      stage.clock.nowMs += settleMs;
      yield* list.call(stage.provider, options);
    };
    expect(await stage.submit(1)).toMatchObject({ kind: 'postpone' });
    expect(await read.refused(1)).toBeNull();
  });

  test('and a batch the list shows only after the fence is adopted all the same', async () => {
    stage.provider.fates = [{ kind: 'arrived' }];
    stage.provider.listLag = 1;
    await stage.submit(1);
    stage.clock.nowMs += stage.flow.settings.leaseMs;
    await stage.submit(1);
    expect(await read.fenced(1)).not.toBeNull();
    stage.provider.listLag = 0;
    stage.clock.nowMs += stage.flow.settings.settleMs;
    await stage.submit(1);
    expect(await read.batch(1)).toMatchObject({ adopted: true });
    expect(await read.refused(1)).toBeNull();
    expect(stage.provider.posts).toHaveLength(1);
  });

  test('a POST that arrives behind its fence fails unpaid, and the rows are asked once', async () => {
    stage.provider.fates = [{ kind: 'late' }];
    await stage.run();
    stage.provider.deliver();
    expect(stage.provider.posts).toEqual(['file-1', 'file-2']);
    expect(paidBatches()).toHaveLength(1);
  });

  test('a provider that cannot be fenced is left alone', async () => {
    stage.provider.capabilities.fence = false;
    stage.provider.fates = [{ kind: 'lost' }];
    await stage.run({ steps: 30 });
    expect(stage.provider.posts).toHaveLength(1);
    expect(stage.provider.files.size).toBe(1);
  });

  test('a batch of another submission is never taken for ours', async () => {
    stage.provider.fates = [{ kind: 'lost' }];
    await stage.submit(1);
    stage.provider.files.set('file-x', '');
    await stage.provider.createBatch({ fileId: 'file-x', endpoint: '', metadata: {} });
    await stage.submit(1);
    expect(await read.batch(1)).toBeNull();
  });
});

describe('a claim', () => {
  test('that has grown old while we slept is not posted, but resolved', async () => {
    let readings = 0;
    await stage.submit(1, { monotonicMs: () => (readings += 1) * 31_000 });
    expect(await read.intent(1)).not.toBeNull();
    expect(stage.provider.posts).toEqual([]);
    await stage.run();
    expect(stage.provider.posts).toEqual(['file-2']);
  });

  test('whose worker died before its POST is resolved by another', async () => {
    await stage.ledger.write(keys.file(submission(1)), { fileId: 'file-dead', bytes: 1, rows: 3 });
    await stage.ledger.write(keys.intent(submission(1)), { fileId: 'file-dead', worker: 'dead' });
    await stage.run();
    expect(stage.provider.posts).toEqual(['file-1']);
    expect(await read.batch(2)).not.toBeNull();
  });

  test('is not made while the user pauses', async () => {
    stage.provider.onUpload = async () => Promise.reject(new Error('cut'));
    await expect(stage.submit(1)).rejects.toThrow('cut');
    expect(stage.reservations.held.size).toBe(1);
    await stage.ledger.addControl(partRef, { kind: 'pause' });
    await stage.run();
    expect(stage.provider.posts).toEqual([]);
  });

  test('is taken by a cancel, after which nothing is ever posted, and the room goes back', async () => {
    stage.provider.onUpload = async () => Promise.reject(new Error('cut'));
    await expect(stage.submit(1)).rejects.toThrow('cut');
    stage.provider.onUpload = async () => {};
    await stage.ledger.addControl(partRef, { kind: 'cancel' });
    await stage.submit(1);
    expect(await read.intent(1)).toMatchObject({ withdrawn: true, fileId: null });
    expect(stage.reservations.held.size).toBe(0);
    await stage.run();
    expect(stage.provider.posts).toEqual([]);
    expect(await stage.flow.next(partRef)).toMatchObject({ tasks: [{ kind: 'account' }] });
  });

  test('and a cancel at the same moment: one of the two holds', async () => {
    stage.provider.onUpload = async () => stage.ledger.addControl(partRef, { kind: 'cancel' });
    await Promise.all([stage.submit(1), stage.submit(1)]);
    await stage.run();
    const intent = await read.intent(1);
    expect(stage.provider.posts).toHaveLength(intent?.withdrawn === true ? 0 : 1);
    expect(stage.provider.cancels).toHaveLength(intent?.withdrawn === true ? 0 : 1);
  });
});

describe('room', () => {
  test('that is not there is waited for, without upload or claim', async () => {
    stage.reservations.answer = { kind: 'wait', reason: 'full', waitMs: 60_000 };
    expect(await stage.submit(1)).toMatchObject({ kind: 'postpone' });
    expect(stage.provider.files.size).toBe(0);
    expect(await read.intent(1)).toBeNull();
    stage.reservations.answer = { kind: 'reserved' };
    await stage.submit(1);
    expect(await read.batch(1)).not.toBeNull();
  });

  test('that a cancelled run has waited for is no matter of the next', async () => {
    stage.reservations.answer = { kind: 'over-budget', reason: 'raise it' };
    await stage.submit(1);
    await stage.ledger.addControl(partRef, { kind: 'cancel' });
    await stage.submit(1);
    expect(stage.attention.size).toBe(0);
  });

  test('over the budget tells the user, and no longer once it fits', async () => {
    stage.reservations.answer = { kind: 'over-budget', reason: 'raise it' };
    expect(await stage.submit(1)).toMatchObject({ kind: 'postpone' });
    expect(stage.attention.get('budget')).toBe('raise it');
    expect(stage.provider.files.size).toBe(0);
    stage.reservations.answer = { kind: 'reserved' };
    await stage.submit(1);
    expect(stage.attention.size).toBe(0);
  });
});

test('an upload the provider refuses for good is told to the user, and goes on once he has acted', async () => {
  stage.provider.onUpload = async () =>
    Promise.reject(new ProviderError('wrong key', { kind: 'unauthorized', code: 'invalid_api_key', retryable: false }));
  expect(await stage.submit(1)).toMatchObject({ kind: 'postpone' });
  expect(stage.attention.get('upload')).toBe('wrong key');
  expect(await read.intent(1)).toBeNull();
  stage.provider.onUpload = async () => {};
  await stage.submit(1);
  expect(stage.attention.size).toBe(0);
  expect(stage.provider.posts).toHaveLength(1);
});

test('after bad lines the next file has the others, byte for byte', async () => {
  await stage.submit(1);
  const badLines = new Bitmap();
  badLines.add(1);
  const end = ended('failed', { failure: 'bad-lines', badLines: badLines.encode() });
  await stage.ledger.write(keys.ended(submission(1)), end);
  await stage.run();
  expect(stage.provider.files.get('file-2')).toBe('{"custom_id":"a"}\n{"custom_id":"c"}\n');
  expect(await stage.ledger.read(keys.file(submission(2)))).toMatchObject({ rows: 2 });
  // in the second file row c is line 2
  await stage.ledger.write(keys.ended(submission(2)), end);
  await stage.run();
  expect(stage.provider.files.get('file-3')).toBe('{"custom_id":"a"}\n');
});

test('a batch that came of a claim given up is cancelled, one that runs is not', async () => {
  stage.provider.fates = [{ kind: 'late' }];
  await stage.run();
  await stage.cancel(2);
  expect(stage.provider.cancels).toEqual([]);
  await stage.ledger.write(keys.batch(submission(1)), { batchId: 'late', adopted: false });
  await stage.run();
  expect(stage.provider.cancels).toEqual(['late']);
  expect(await stage.ledger.read(keys.cancelSent(submission(1)))).toMatchObject({ result: 'sent' });
});
