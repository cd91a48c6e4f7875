import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../simulation/random.ts';
import { startProcess } from './processes.ts';

export type Killing = {
  command: string[];
  environment: Record<string, string>;
  stateDir: string;
  kills: number;
  random: Random;
};

/**
 * Runs a command so many times, each time killed with its whole process group at a random moment of its first seconds, and
 * every second time its Redis too. Throws where the command comes to its end before.
 */
export const killAtRandom = async ({ command, environment, stateDir, kills, random }: Killing): Promise<void> => {
  for (let kill = 1; kill <= kills; kill += 1) {
    const run = startProcess('packages/cli/src/main.ts', command, environment, { group: true });
    await Promise.race([delay(500 + random.next() * 6000), run.ended]);
    const end = await run.stop('SIGKILL');
    if (end !== 'SIGKILL') throw new Error(`the command ended with ${end} before kill ${kill}:\n${run.output()}`);
    if (kill % 2 === 0) await killRedis(stateDir);
  }
};

const killRedis = async (stateDir: string): Promise<void> => {
  try {
    const { pid } = JSON.parse(await readFile(path.join(stateDir, 'redis', 'redis.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
  } catch {
    // killed before there was one
  }
};
