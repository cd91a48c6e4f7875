import { parentPort, workerData } from 'node:worker_threads';
import type { Guards } from './guards.ts';
import { WITHOUT } from './guards.ts';
import type { Guard } from './guards.ts';
import { runSchedule } from './run-schedule.ts';

/* A thread that runs every `stride`-th schedule from `from` to before `to`; ends early after `stopAfter` bad ones. */

export type RangeWork = { from: number; to: number; stride: number; without?: Guard; stopAfter: number };
export type RangeDone = {
  schedules: number;
  steps: number;
  paid: number;
  bad: { seed: number; violations: string[] }[];
};

const { from, to, stride, without, stopAfter } = workerData as RangeWork;
const guards: Guards = without === undefined ? {} : WITHOUT[without];
const done: RangeDone = { schedules: 0, steps: 0, paid: 0, bad: [] };
for (let seed = from; seed < to && done.bad.length < stopAfter; seed += stride) {
  const { violations, steps, paid } = await runSchedule(seed, { guards });
  done.schedules += 1;
  done.steps += steps;
  done.paid += paid;
  if (violations.length > 0) done.bad.push({ seed, violations });
}
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(done);
