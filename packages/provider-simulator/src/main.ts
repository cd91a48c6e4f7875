import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string' },
    speed: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    /** Ends when standard input closes, so that it does not outlive whoever started it. */
    'exit-with-parent': { type: 'boolean', default: false },
  },
});
if (values.data === undefined)
  throw new Error('--data DIR is missing: the folder in which the simulator keeps its state');

const simulator = await startSimulator({
  port: Number(values.port),
  host: values.host,
  dataDir: values.data,
  speed: Number(values.speed),
  seed: Number(values.seed),
});
process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);

let isEnding = false;
const end = (): void => {
  if (isEnding) return;
  isEnding = true;
  void simulator.close().then(() => process.exit(0));
};
process.once('SIGTERM', end);
process.once('SIGINT', end);
if (values['exit-with-parent']) {
  process.stdin.resume();
  process.stdin.once('close', end);
  process.stdin.once('end', end);
}
