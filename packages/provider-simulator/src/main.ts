import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';
import type { Simulator } from './simulator.ts';

const startFromArguments = async (): Promise<{ simulator: Simulator; exitsWithParent: boolean }> => {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      data: { type: 'string' },
      speed: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      'exit-with-parent': { type: 'boolean', default: false },
    },
  });
  if (values.data === undefined) throw new Error('--data DIR is missing: the folder for the state of the simulator');
  const simulator = await startSimulator({
    port: Number(values.port),
    host: values.host,
    dataDir: values.data,
    speed: Number(values.speed),
    seed: Number(values.seed),
  });
  return { simulator, exitsWithParent: values['exit-with-parent'] };
};

const endWith = (simulator: Simulator, exitsWithParent: boolean): void => {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (!exitsWithParent) return;
  // Whoever started us holds the other end: it closes however that process ends.
  process.stdin.resume();
  process.stdin.once('close', end);
  process.stdin.once('end', end);
};

try {
  const { simulator, exitsWithParent } = await startFromArguments();
  endWith(simulator, exitsWithParent);
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
} catch (error) {
  // One line, so that whoever started us can pass it on.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
