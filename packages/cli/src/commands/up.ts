import { defineCommand } from '../command-context.ts';
import { portNumber } from '../pipeline-input/pipeline-options.ts';
import { isAnySimulated } from '../job/known-runs.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

const DEFAULT_PORT = 8080;

export const upCommand = defineCommand<{ port?: number; simulator?: boolean }>({
  name: 'up',
  describe: (command) =>
    command
      .description('run all services with their HTTP API here, until Ctrl-C')
      .option('--port <port>', `port of the API (default: ${DEFAULT_PORT})`, portNumber)
      .option('--simulator', 'with the simulator as a provider'),
  run: async (context, _, { port = DEFAULT_PORT, simulator }) => {
    const needsSimulator = simulator === true || (await isAnySimulated(context.stateDir));
    const embedded = await context.io.openEmbedded({
      stateDir: context.stateDir,
      environment: context.io.environment,
      mode: 'stay',
      port,
      ...(needsSimulator ? { simulator: {} } : {}),
      ...(context.settings.verbose ? { log: (line: string) => context.io.err(`${line}\n`) } : {}),
    });
    try {
      if (!embedded.owner)
        throw new UsageError(`Another process already works with ${context.stateDir}. Its API is at ${embedded.url}`);
      context.printer.result(`Batchmill is up at ${embedded.url}   (API reference: ${embedded.url}/docs)`);
      context.printer.note(
        `Use it with: export BATCHMILL_URL=${embedded.url}\nCtrl-C ends it; jobs go on at the next start.`,
      );
      context.printer.json({ url: embedded.url, simulatorUrl: embedded.simulatorUrl, stateDir: context.stateDir });
      await new Promise<void>((resolve) => {
        const stopListening = context.io.onInterrupt(() => {
          stopListening();
          resolve();
        });
      });
      return EXIT.ok;
    } finally {
      await embedded.close();
    }
  },
});
