import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { defineCommand } from '../command-context.ts';
import { portNumber, wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';

const DEFAULT_PORT = 4010;
const DEFAULT_SPEED = 600;

type Options = { port?: number; data?: string; speed?: number; seed?: number };

export const simulatorCommand = defineCommand<Options>({
  name: 'simulator',
  usesApi: false,
  describe: (command) =>
    command
      .description('run the provider simulator: a batch API with made-up answers')
      .option('--port <port>', `its port (default: ${DEFAULT_PORT})`, portNumber)
      .option('--data <dir>', 'its folder (default: .batchmill/simulator)')
      .option(
        '--speed <times>',
        `its clock runs this much faster (default: ${DEFAULT_SPEED}: ten minutes in a second)`,
        times,
      )
      .option('--seed <number>', 'other answers and delays', wholeNumber),
  run: async (context, _, { port = DEFAULT_PORT, data, speed = DEFAULT_SPEED, seed }) => {
    const { startSimulator } = await import('@batchmill/provider-simulator');
    const dataDir = data === undefined ? resolve(context.stateDir, 'simulator') : resolve(context.io.cwd, data);
    const simulator = await startSimulator({ port, dataDir, speed, ...(seed === undefined ? {} : { seed }) });
    try {
      context.printer.result(
        `The simulator is up at ${simulator.url}, ${speed} times as fast as time. Ctrl-C ends it.`,
      );
      context.printer.json({ url: simulator.url, dataDir, speed });
      context.printer.note(`Use it with: export BATCHMILL_SIMULATOR_URL=${simulator.url}`);
      await new Promise<void>((end) => {
        const stopListening = context.io.onInterrupt(() => {
          stopListening();
          end();
        });
      });
      return EXIT.ok;
    } finally {
      await simulator.close();
    }
  },
});

const times = (text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
};
