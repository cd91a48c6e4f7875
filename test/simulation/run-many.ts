import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Guard } from './guards.ts';
import type { RangeDone, RangeWork } from './run-range.worker.ts';

const THREADS_AT_MOST = 8;

/** Runs schedules over a few threads. `stopAfter`: bad ones each thread waits for before it ends early. */
export const runMany = async (
  firstSeed: number,
  schedules: number,
  { without, stopAfter = 5 }: { without?: Guard; stopAfter?: number } = {},
): Promise<RangeDone> => {
  const stride = Math.min(availableParallelism(), THREADS_AT_MOST);
  const threads = Array.from({ length: stride }, async (_, offset) => {
    const work: RangeWork = {
      from: firstSeed + offset,
      to: firstSeed + schedules,
      stride,
      stopAfter,
      ...(without === undefined ? {} : { without }),
    };
    const thread = new Worker(new URL('./run-range.worker.ts', import.meta.url), { workerData: work });
    const [done] = (await once(thread, 'message')) as [RangeDone];
    return done;
  });
  const sum: RangeDone = { schedules: 0, steps: 0, paid: 0, bad: [] };
  for (const done of await Promise.all(threads)) {
    sum.schedules += done.schedules;
    sum.steps += done.steps;
    sum.paid += done.paid;
    sum.bad.push(...done.bad);
  }
  return sum;
};

/** What to read and what to type where schedules went wrong. */
export const describeBad = ({ bad }: RangeDone, without?: Guard): string =>
  bad
    .map(({ seed, violations }) =>
      [
        `SEED=${seed}`,
        ...violations.slice(0, 3).map((violation) => `  ${violation}`),
        `  replay: node_modules/.bin/node test/simulation/replay.ts ${seed}${without === undefined ? '' : ` --without "${without}"`}`,
      ].join('\n'),
    )
    .join('\n');
