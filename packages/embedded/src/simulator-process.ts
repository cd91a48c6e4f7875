import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type SimulatorProcess = { url: string; close(): Promise<void> };

export type SimulatorChoice = { speed?: number | undefined; seed?: number | undefined };

/** Virtual time against real time: a batch of hours is over in seconds. */
export const DEFAULT_SPEED = 2000;

const START_TIMEOUT_MS = 15_000;
const RETRY_MS = 200;
const CLOSE_TIMEOUT_MS = 5000;

/** Starts the bundled simulator beside us; it ends with us, also when we are killed. */
export const startSimulatorProcess = async (dataDir: string, choice: SimulatorChoice): Promise<SimulatorProcess> => {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const started = await start(dataDir, choice);
    if (typeof started !== 'string') return started;
    // that of a killed owner may need a moment to notice that it is alone
    if (Date.now() > deadline) throw new Error(`the simulator does not start: ${started}`);
    await delay(RETRY_MS);
  }
};

const start = async (
  dataDir: string,
  { speed = DEFAULT_SPEED, seed = 1 }: SimulatorChoice,
): Promise<SimulatorProcess | string> => {
  const main = fileURLToPath(import.meta.resolve('@batchmill/provider-simulator/main'));
  const options = ['--port', '0', '--data', dataDir, '--speed', String(speed), '--seed', String(seed)];
  const child = spawn(process.execPath, [main, ...options, '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString()}`.slice(-4000);
  });
  const firstLine = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  const exited = once(child, 'exit').then(() => null);
  const line = await Promise.race([firstLine, exited]);
  if (line === null) return errors.trim().split('\n').at(-1) ?? 'it ended at once';
  return { url: (JSON.parse(line) as { url: string }).url, close: () => end(child) };
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
};
