import { expect, test } from 'vitest';
import { describeBad, runMany } from './run-many.ts';
import { runSchedule } from './run-schedule.ts';

/* SCHEDULES=1000000 runs the long form; FIRST_SEED another stretch of schedules. */
const SCHEDULES = Number(process.env['SCHEDULES'] ?? 20_000);
const FIRST_SEED = Number(process.env['FIRST_SEED'] ?? 1);

const MS_PER_SCHEDULE = 60;

test(
  `R1 R3 R4 R5 R8 R9 R12 R14 in ${SCHEDULES} hostile schedules no row is paid twice, none is lost, and every shard ends`,
  { timeout: 60_000 + SCHEDULES * MS_PER_SCHEDULE },
  async () => {
    const done = await runMany(FIRST_SEED, SCHEDULES);
    console.log(`${done.schedules} schedules, ${done.steps} steps, ${done.paid} batches paid`);
    expect(describeBad(done)).toBe('');
    expect(done.schedules).toBe(SCHEDULES);
    expect(done.paid).toBeGreaterThan(SCHEDULES);
  },
);

test('a schedule is the same whenever it is run', async () => {
  const first = await runSchedule(FIRST_SEED, { trace: true });
  const second = await runSchedule(FIRST_SEED, { trace: true });
  expect(second.trace).toEqual(first.trace);
  expect(first.trace.length).toBeGreaterThan(50);
});
