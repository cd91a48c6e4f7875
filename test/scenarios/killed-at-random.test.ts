import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRandom } from '../simulation/random.ts';
import { dataFiles, readReport } from './support/data-files.ts';
import { killAtRandom } from './support/kill-at-random.ts';
import { batchmill } from './support/processes.ts';
import { TWO_STEPS, writeSeriesFile } from './support/series-file.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 3000;
// `KILLS` for the long form; three are enough to notice a broken recovery in every test run
const KILLS = Number(process.env.KILLS ?? 3);
// a batch takes up to 90 minutes of the provider's time: at this speed two of them outlast all kills
const SPEED = 1800 / KILLS;
const PIPELINE = TWO_STEPS.replace('rows: 250', 'rows: 50');
const SEED = Number(process.env.SEED ?? Date.now() % 100_000);

test(`R1 R3 R7 one job of two steps killed with -9 at ${KILLS} random moments delivers the same files and pays no row twice (seed ${SEED})`, async () => {
  const random = createRandom(SEED);
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeSeriesFile(at('series.csv'), ROWS);
  await writeFile(at('pipeline.yaml'), PIPELINE);
  // the provider is elsewhere: it does not die with us
  await using fast = await startSimulatorBeside(at('fast-simulator'), 50_000);
  await using simulator = await startSimulatorBeside(at('simulator'), SPEED);
  const environment = {
    BATCHMILL_SIMULATOR_URL: simulator.url,
    BATCHMILL_SUBMIT_LEASE_MS: '3000',
    BATCHMILL_SUBMIT_SETTLE_MS: '2000',
  };
  const command = (state: string): string[] => [
    'run',
    at('pipeline.yaml'),
    '--out',
    at(`${state}-out`),
    '--data',
    at(state),
  ];

  const undisturbed = await batchmill(command('undisturbed'), { BATCHMILL_SIMULATOR_URL: fast.url });
  expect(undisturbed.code, undisturbed.output).toBe(0);

  await killAtRandom({ command: command('killed'), environment, stateDir: at('killed'), kills: KILLS, random });
  const last = await batchmill(command('killed'), environment);
  expect(last.code, last.output).toBe(0);

  expect(await dataFiles(at('killed-out'))).toEqual(await dataFiles(at('undisturbed-out')));
  expect((await readReport(at('killed-out'))).paidTwice).toBe(0);
  expect(await simulator.meter()).toMatchObject({
    rows_paid: 2 * ROWS,
    rows_paid_twice: 0,
    rows_repaid_after_fault: 0,
  });
});
