import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { dataFiles } from './support/data-files.ts';
import { batchmill, startProcess } from './support/processes.ts';
import { TWO_STEPS, writeSeriesFile } from './support/series-file.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const ROWS = 1000;

test('a second command beside the first attaches to it: both deliver, and each row is paid once', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeSeriesFile(at('series.csv'), ROWS);
  await writeFile(at('pipeline.yaml'), TWO_STEPS);
  await using simulator = await startSimulatorBeside(at('simulator'));
  const environment = { BATCHMILL_SIMULATOR_URL: simulator.url };
  const run = (out: string) =>
    batchmill(['run', at('pipeline.yaml'), '--out', at(out), '--data', at('state')], environment);
  const [first, second] = await Promise.all([run('one'), run('two')]);
  expect(first.code, first.output).toBe(0);
  expect(second.code, second.output).toBe(0);
  expect(await dataFiles(at('one'))).toEqual(await dataFiles(at('two')));
  expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });

  const again = await run('three');
  expect(again.code, again.output).toBe(0);
  expect(await dataFiles(at('three'))).toEqual(await dataFiles(at('one')));
  expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * ROWS });
});

test('a Redis left over by a killed owner is adopted, and `resume` alone continues every unfinished job', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await writeSeriesFile(at('series.csv'), ROWS);
  await writeFile(at('pipeline.yaml'), TWO_STEPS);
  await using simulator = await startSimulatorBeside(at('simulator'), 2000);
  const environment = {
    BATCHMILL_SIMULATOR_URL: simulator.url,
    BATCHMILL_SUBMIT_LEASE_MS: '3000',
    BATCHMILL_SUBMIT_SETTLE_MS: '1000',
  };
  const options = ['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')];
  const killed = startProcess('packages/cli/src/main.ts', options, environment);
  await untilBatches(simulator, 2);
  const { pid } = JSON.parse(await readFile(at('state/redis/redis.json'), 'utf8')) as { pid: number };
  await killed.stop('SIGKILL');
  expect(await isRunning(pid)).toBe(true);

  const resumed = await batchmill(['resume', '--data', at('state')], environment);
  expect(resumed.code, resumed.output).toBe(0);
  expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * ROWS, rows_paid_twice: 0 });
  expect(await isRunning(pid)).toBe(false);

  const nothing = await batchmill(['resume', '--data', at('state')], environment);
  expect(nothing.code, nothing.output).toBe(0);
  expect(await simulator.meter()).toMatchObject({ rows_paid: 2 * ROWS });
});

const untilBatches = async (simulator: { meter(): Promise<Record<string, number>> }, batches: number) => {
  while (((await simulator.meter()).batches ?? 0) < batches) await new Promise((resolve) => setTimeout(resolve, 50));
};

/** A process that has ended and was not yet reaped by whoever inherited it does not count (Linux). */
const isRunning = async (pid: number): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
};
