import path from 'node:path';
import { main, processIo } from '@batchmill/cli';
import { openEmbedded } from '@batchmill/embedded';
import type { CommandResult } from './processes.ts';
import { startSimulatorBeside } from './simulator.ts';
import type { SimulatorBeside } from './simulator.ts';
import { temporaryFolder } from './temporary-folder.ts';

export type CommandLine = {
  /** Where the commands are called; its `.batchmill` is their state folder. */
  folder: string;
  at(name: string): string;
  simulator: SimulatorBeside;
  /** Nobody but the simulator can be asked. `words` is what stands after `batchmill`. */
  batchmill(...words: string[]): Promise<CommandResult>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * For many short commands: one deployment and one simulator for all of them, and each command a call of a function,
 * which a process of its own would take longer to begin than to do.
 */
export const openCommandLine = async (variables: Record<string, string> = {}): Promise<CommandLine> => {
  const opened = new AsyncDisposableStack();
  const { path: folder } = opened.use(await temporaryFolder());
  const at = (name: string): string => path.join(folder, name);
  const simulator = opened.use(await startSimulatorBeside(at('simulator')));
  const environment = { ...variables, BATCHMILL_SIMULATOR_URL: simulator.url };
  const owner = await openEmbedded({ stateDir: at('.batchmill'), environment, mode: 'stay' });
  opened.defer(() => owner.close());
  return {
    folder,
    at,
    simulator,
    batchmill: async (...words) => {
      let output = '';
      const write = (text: string): void => {
        output += text;
      };
      const alone = { out: write, err: write, canAsk: false, canDraw: false, hasColours: false };
      const code = await main(words, { ...processIo(), ...alone, cwd: folder, environment });
      return { code, output };
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
};
