import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(fileURLToPath(new URL('../../..', import.meta.url)));

export type Running = {
  child: ChildProcess;
  /** All it has written so far. */
  output(): string;
  /** Resolves with the first line of stdout that passes; rejects when it ends before. */
  line(test: (line: string) => boolean): Promise<string>;
  /** Exit code, or the signal's name. */
  ended: Promise<number | string>;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
};

const KEPT = 200_000;

/** Starts a TypeScript file of the workspace as a process of its own. */
export const startProcess = (
  file: string,
  options: string[],
  environment: Record<string, string | undefined> = {},
  { group = false, cwd = ROOT }: { group?: boolean; cwd?: string } = {},
): Running => {
  const child = spawn(process.execPath, [path.join(ROOT, file), ...options], {
    cwd,
    env: { ...inherited(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = `${output}${chunk.toString()}`.slice(-KEPT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const lines = createInterface({ input: child.stdout });
  const seen: string[] = [];
  lines.on('line', (line) => seen.push(line));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    output: () => output,
    ended,
    line: async (test) => {
      const known = seen.find(test);
      if (known !== undefined) return known;
      return new Promise((resolve, reject) => {
        lines.on('line', (line) => {
          if (test(line)) resolve(line);
        });
        void ended.then((code) => reject(new Error(`${file} ended with ${code}:\n${output}`)));
      });
    },
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) {
        if (group && child.pid !== undefined) killGroup(child.pid, signal);
        else child.kill(signal);
      }
      return ended;
    },
  };
};

const killGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Our environment without what would change what a test sees. */
const inherited = (): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(BATCHMILL_|OPENAI_|REDIS_|S3_|VITEST|NODE_OPTIONS)/.test(name)),
  );

export type CommandResult = { code: number | string; output: string };

/** Runs the command line once and waits for its end. */
export const batchmill = async (
  options: string[],
  environment: Record<string, string | undefined> = {},
): Promise<CommandResult> => {
  const running = startProcess('packages/cli/src/main.ts', options, environment);
  return { code: await running.ended, output: running.output() };
};
