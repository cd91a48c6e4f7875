import { keys } from '@batchmill/ledger';
import { ended } from '@batchmill/ledger/testing';
import { beforeEach, describe, expect, test } from 'vitest';
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
};

describe('a shard that was given up', () => {
  const giveUp = () =>
    stage.ledger.write(keys.quarantined(partRef), { stage: '001', queue: 'q', code: 'crashed', message: 'm' });

  test('has its claim taken as under a cancel, and the room goes back', async () => {
    stage.provider.onUpload = async () => Promise.reject(new Error('cut'));
    await expect(stage.submit(1)).rejects.toThrow('cut');
    stage.provider.onUpload = async () => {};
    await giveUp();
    await stage.run();
    expect(await read.intent(1)).toMatchObject({ withdrawn: true, because: 'quarantined' });
    expect(stage.reservations.held.size).toBe(0);
    expect(stage.provider.posts).toEqual([]);
    expect(await stage.flow.next(partRef)).toMatchObject({ tasks: [{ kind: 'account' }] });
  });

  test('while its part is on the way is seen before the claim', async () => {
    const { control } = stage.ledger;
    stage.ledger.control = async (ref) => {
      await giveUp();
      return control(ref);
    };
    await stage.submit(1);
    expect(await read.intent(1)).toMatchObject({ withdrawn: true, because: 'quarantined' });
  });

  test('has its claims resolved, and its batches are not cancelled', async () => {
    stage.provider.fates = [{ kind: 'arrived' }];
    await stage.submit(1);
    await giveUp();
    await stage.run();
    expect(await read.batch(1)).toMatchObject({ adopted: true });
    expect(stage.provider.cancels).toEqual([]);
    expect(await stage.flow.next(partRef)).toMatchObject({ tasks: [], waits: [{ on: 'batch' }] });
  });

  test('because of a cancel that always fails is not cancelled again, however late the message comes', async () => {
    await stage.submit(1);
    await stage.ledger.addControl(partRef, { kind: 'cancel' });
    const { stage: number, attempt, part } = partRef;
    const work = { queue: 'cancel-requested', stage: number, attempt, part, submission: 1 };
    await stage.ledger.write(keys.quarantined(partRef), { ...work, code: 'crashed', message: 'm' });
    await stage.cancel(1);
    expect(stage.provider.cancels).toEqual([]);
  });
});

describe('a part that is too large', () => {
  const fullBatch = (limitTokens: number) => ended('failed', { failure: 'pool-full', limitTokens });

  test('for the limit as it is now is given up without asking, and without holding room', async () => {
    stage.reservations.answer = { kind: 'too-large', limitTokens: 70 };
    await stage.run();
    expect(stage.provider.files.size).toBe(0);
    expect(await read.intent(1)).toMatchObject({
      withdrawn: true,
      because: 'too-large',
      recut: { limitTokens: 70, cutTokens: 70 },
    });
    expect(await stage.flow.next(partRef)).toMatchObject({ tasks: [{ kind: 'account' }] });
  });

  test('for the limit the provider names is not placed again', async () => {
    await stage.submit(1);
    await stage.ledger.write(keys.ended(submission(1)), fullBatch(60));
    await stage.run();
    expect(stage.provider.posts).toHaveLength(1);
    expect(await read.intent(2)).toMatchObject({ because: 'too-large', recut: { limitTokens: 60, cutTokens: 60 } });
  });

  test('by the count of the provider, which has no room for it alone, is halved', async () => {
    stage.reservations.answer = { kind: 'reserved', alone: true };
    await stage.submit(1);
    expect(await read.intent(1)).toMatchObject({ alone: true });
    await stage.ledger.write(keys.ended(submission(1)), fullBatch(120));
    await stage.run();
    expect(await read.intent(2)).toMatchObject({ because: 'too-large', recut: { limitTokens: 120, cutTokens: 50 } });
  });

  test('is placed again where others of ours took the room', async () => {
    await stage.submit(1);
    await stage.ledger.write(keys.ended(submission(1)), fullBatch(120));
    await stage.run();
    expect(stage.provider.posts).toHaveLength(2);
    expect(await read.batch(2)).not.toBeNull();
  });

  test('and a claim at the same moment: one of the two holds', async () => {
    let wake = (): void => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const uploading = Promise.withResolvers<void>();
    stage.provider.onUpload = async () => {
      uploading.resolve();
      await asleep;
    };
    const sleeper = stage.submit(1);
    await uploading.promise;
    stage.reservations.answer = { kind: 'too-large', limitTokens: 70 };
    await stage.submit(1);
    wake();
    await sleeper;
    expect(stage.provider.posts).toEqual([]);
    expect(await read.intent(1)).toMatchObject({ because: 'too-large' });
  });
});
