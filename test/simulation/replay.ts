import { parseArgs } from 'node:util';
import { WITHOUT } from './guards.ts';
import { runSchedule } from './run-schedule.ts';

/* Runs one schedule again and prints everything that happens in it: `node test/simulation/replay.ts SEED [--without fence]`. */

const { values, positionals } = parseArgs({ options: { without: { type: 'string' } }, allowPositionals: true });
const guard = Object.entries(WITHOUT).find(([name]) => name === values.without)?.[1];
const { violations, trace, steps, paid } = await runSchedule(Number(positionals[0]), {
  trace: true,
  ...(guard === undefined ? {} : { guards: guard }),
});
console.log(trace.join('\n'));
console.log(`\n${steps} steps, ${paid} batches paid`);
console.log(violations.length === 0 ? 'nothing is wrong' : violations.join('\n'));
process.exitCode = violations.length === 0 ? 0 : 1;
