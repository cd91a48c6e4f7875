import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { inFull } from './support/in-full.ts';
import { inLanes } from './support/in-lanes.ts';
import { openSmallDeployment } from './support/small-deployment.ts';
import { ROWS, ROWS_TO_PAY } from './support/small-job.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Where a submission is frozen; `lost` = the create call's answer is lost, before or after the provider took the batch. */
type Freeze = { at: string; lost?: 'before' | 'after'; wakes: 'when others go on' | 'after the end' };

const around = (effect: string): string[] => [`before ${effect}`, `after ${effect}`];
const POSTING = [
  'provider.uploadFile',
  'store.putIfAbsent file',
  'store.putIfAbsent intent',
  'provider.createBatch',
  'store.putIfAbsent batch',
].flatMap(around);
const LISTING = 'before provider.listBatches';
const FENCING = ['provider.deleteFile', 'store.putIfAbsent fenced', 'store.putIfAbsent refused'].flatMap(around);

const PLACES: Pick<Freeze, 'at' | 'lost'>[] = [
  ...POSTING.map((at) => ({ at })),
  { at: LISTING, lost: 'after' },
  ...[LISTING, ...FENCING].map((at) => ({ at, lost: 'before' as const })),
];
const EVERY = PLACES.flatMap((place) => [
  { ...place, wakes: 'when others go on' as const },
  { ...place, wakes: 'after the end' as const },
]);
const SHORT: Freeze[] = [
  { at: 'before provider.createBatch', wakes: 'when others go on' },
  { at: 'before provider.deleteFile', lost: 'before', wakes: 'when others go on' },
];
// lock and settings of the short form: everything a frozen process holds is over after two seconds
const SHORT_LOCK = { QUEUE_LOCK_MS: '1000', BATCHMILL_SUBMIT_LEASE_MS: '1000', BATCHMILL_SUBMIT_SETTLE_MS: '500' };
const LOCK_MS = 10_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let expected: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await using undisturbed = await openSmallDeployment(folder.path);
  await undisturbed.start();
  expected = await undisturbed.deliver(ROWS);
});
afterAll(() => folder?.[Symbol.asyncDispose]());

const freezeAndWake = async ({ at, lost, wakes }: Freeze, lockMs: number, settings = {}): Promise<void> => {
  const name = `${at}, answer lost ${lost ?? 'never'}, wakes ${wakes}`;
  await using deployment = await openSmallDeployment(folder.path, settings);
  if (lost !== undefined) {
    await deployment.simulator.faults({ requests: [{ on: 'batches.create', effect: 'cut', when: lost, times: 1 }] });
  }
  // the first of the two to come there is frozen, the other is not
  await Promise.all([1, 2].map(() => deployment.start({ at, with: 'SIGSTOP' })));
  const delivered = deployment.deliver(ROWS);
  const { running, atMs } = await deployment.struck;
  if (wakes === 'after the end') await delivered;
  else while (deployment.progressAfter(atMs + 500) === undefined) await delay(20);
  // the batch may be polled while its submitter sleeps, so that others need not wait for its lock
  await delay(Math.max(0, atMs + lockMs - Date.now()));
  running.child.kill('SIGCONT');
  expect(await delivered, name).toBe(expected);
  // its end waits for what it was doing
  expect(await running.stop('SIGTERM'), `${name}\n${running.output()}`).toBe(0);
  expect(await deployment.simulator.meter(), name).toMatchObject({ rows_paid: ROWS_TO_PAY, rows_paid_twice: 0 });
};

describe('R1 frozen at a point for longer than its lock, lease and fence, a submitter wakes and does no harm to what others did', () => {
  test.concurrent.each(SHORT)('$at, $wakes', (freeze) => freezeAndWake(freeze, 1000, SHORT_LOCK));
  inFull('every point of a submission', { timeout: 3_600_000 }, async () => {
    await inLanes(3, EVERY, (freeze) => freezeAndWake(freeze, LOCK_MS));
    console.log(`SIGSTOP: ${EVERY.length} freezes at ${PLACES.length} points, no row paid twice`);
  });
});
