import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inFull } from './support/in-full.ts';
import { inLanes } from './support/in-lanes.ts';
import { percentile, tellSeconds } from './support/percentile.ts';
import { openSmallDeployment } from './support/small-deployment.ts';
import { ROWS, ROWS_TO_PAY } from './support/small-job.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** Who goes on: a process started in its place, or one that has run beside it. */
type Heir = 'its successor' | 'its neighbour';

const SHORT = ['before provider.createBatch', 'after store.putIfAbsent results'];
const PROMISED_SECONDS = 20;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let expected: string;
let points: string[];

beforeAll(async () => {
  folder = await temporaryFolder();
  await using undisturbed = await openSmallDeployment(folder.path);
  await undisturbed.start();
  expected = await undisturbed.deliver(ROWS);
  points = undisturbed.points();
});
afterAll(() => folder?.[Symbol.asyncDispose]());

/** Gives the time until the job has gone on, or has come to its end where there was nothing left to do (s). */
const killAt = async (at: string, heir: Heir, settings = {}): Promise<number> => {
  await using deployment = await openSmallDeployment(folder.path, settings);
  const strike = { at, with: 'SIGKILL' } as const;
  await Promise.all((heir === 'its neighbour' ? [1, 2] : [1]).map(() => deployment.start(strike)));
  const delivered = deployment.deliver(ROWS).then((text) => ({ text, atMs: Date.now() }));
  delivered.catch(() => undefined);
  const { running, atMs } = await deployment.struck;
  expect(await running.ended).toBe('SIGKILL');
  if (heir === 'its successor') await deployment.start();
  const end = await delivered;
  expect(end.text, at).toBe(expected);
  expect(await deployment.simulator.meter(), at).toMatchObject({ rows_paid: ROWS_TO_PAY, rows_paid_twice: 0 });
  return ((deployment.progressAfter(atMs) ?? end.atMs) - atMs) / 1000;
};

describe.each<Heir>(['its successor', 'its neighbour'])(
  'R7 a process of a deployment killed with -9 at a point: %s goes on within 20 s (p95)',
  (heir) => {
    test.concurrent.each(SHORT)('%s', async (at) => {
      expect(await killAt(at, heir, { QUEUE_LOCK_MS: '1000' })).toBeLessThan(PROMISED_SECONDS);
    });
    inFull('every point, with the locks of production', { timeout: 3_600_000 }, async () => {
      const seconds = new Map<string, number>();
      await inLanes(3, points, async (at) => void seconds.set(at, await killAt(at, heir)));
      const all = [...seconds.values()];
      console.log(`SIGKILL of a process: ${heir} goes on, ${tellSeconds(all)}`);
      const slow = [...seconds].filter(([, one]) => one > PROMISED_SECONDS).map(([at, one]) => `${at} ${one}`);
      expect(percentile(all, 0.95), slow.join('\n')).toBeLessThanOrEqual(PROMISED_SECONDS);
    });
  },
);
