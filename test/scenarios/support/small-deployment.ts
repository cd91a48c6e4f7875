import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinalState } from '@batchmill/contracts';
import { createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { startProcess } from './processes.ts';
import type { Running } from './processes.ts';
import { acceptSmallJob, deliveredText } from './small-job.ts';
import { startSimulatorBeside } from './simulator.ts';
import type { SimulatorBeside } from './simulator.ts';

/** The effect at which the first process to come there is struck, and how. */
export type Strike = { at: string; with: NodeJS.Signals; redisToo?: boolean };

export type SmallDeployment = {
  redis: TestRedis;
  simulator: SimulatorBeside;
  /** Starts one more process with every service. */
  start(strike?: Strike): Promise<Running>;
  /** The process that was struck, and when (ms since 1970). */
  struck: Promise<{ running: Running; atMs: number }>;
  /** Runs the small job to its end, asking again whatever fails meanwhile; gives what it delivered. */
  deliver(rowsPerShard?: number): Promise<string>;
  /** Every kind of effect so far. */
  points(): string[];
  /** When the job next went on after a moment (ms since 1970), in any process; undefined where it did not. */
  progressAfter(atMs: number): number | undefined;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Time enough for a job whose work must wait for queue locks, lease and fence. */
const PATIENCE_MS = 120_000;

/**
 * Processes with every service each, on a Redis, a store and a provider of their own: cheap enough for one per crash point.
 */
export const openSmallDeployment = async (
  parent: string,
  settings: Record<string, string> = {},
): Promise<SmallDeployment> => {
  const folder = await mkdtemp(path.join(parent, 'deployment-'));
  const simulator = await startSimulatorBeside(path.join(folder, 'simulator'), 50_000);
  const redis = await startTestRedis({ tcp: true });
  const environment = {
    REDIS_URL: redis.url ?? '',
    BATCHMILL_STORE: `file://${path.join(folder, 'store')}`,
    BATCHMILL_SIMULATOR_URL: simulator.url,
    BATCHMILL_SUBMIT_LEASE_MS: '3000',
    BATCHMILL_SUBMIT_SETTLE_MS: '2000',
    POLL_TICK_MS: '100',
    RECONCILE_INTERVAL_MS: '300',
    API_PORT: '0',
    LOG_LEVEL: 'error',
    ...settings,
  };
  const processes: Running[] = [];
  const answering = new Map<Running, { client: Client; left: Promise<never> }>();
  const { promise: struck, resolve: tellStruck } = Promise.withResolvers<{ running: Running; atMs: number }>();

  const start = async (strike?: Strike): Promise<Running> => {
    const running = startProcess('test/scenarios/support/hooked-services.ts', [], {
      ...environment,
      ...(strike === undefined ? {} : await strikeEnvironment(strike)),
    });
    processes.push(running);
    const strikes = running
      .line((line) => line.startsWith('struck '))
      .then((line) => {
        tellStruck({ running, atMs: Number(line.split(' ')[1]) });
        throw new Error('struck');
      });
    const left = Promise.race([strikes, running.ended.then(() => Promise.reject(new Error('ended')))]);
    left.catch(() => answering.delete(running));
    const { url } = JSON.parse(await running.line((line) => line.startsWith('{"url"'))) as { url: string };
    answering.set(running, { client: createClient({ url }), left });
    return running;
  };

  const strikeEnvironment = async (strike: Strike): Promise<Record<string, string>> => ({
    STRIKE_AT: strike.at,
    STRIKE_WITH: strike.with,
    STRIKE_ONCE: path.join(folder, 'struck'),
    ...(strike.redisToo === true ? { STRIKE_REDIS: String(redis.pid) } : {}),
  });

  /** As a user behind a load balancer would: what fails or is never answered is asked of another process. */
  const ask = async <Answer>(call: (client: Client) => Promise<Answer>): Promise<Answer> => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const [living] = answering.values();
      try {
        if (living === undefined) throw new Error('no process answers');
        return await Promise.race([call(living.client), living.left]);
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(50);
      }
    }
  };

  return {
    redis,
    simulator,
    start,
    struck,
    deliver: async (rowsPerShard) => {
      const id = await ask((client) => acceptSmallJob(client, 'small', rowsPerShard));
      for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(50)) {
        const { state } = await ask((client) => client.job(id));
        if (isFinalState(state)) break;
      }
      return ask((client) => deliveredText(client, id, folder));
    },
    points: () => [...new Set(processes.flatMap((one) => valuesOf(one, 'point')))].sort(),
    progressAfter: (atMs) =>
      processes
        .flatMap((one) => valuesOf(one, 'progress'))
        .map(Number)
        .filter((ms) => ms > atMs)
        .sort((a, b) => a - b)[0],
    [Symbol.asyncDispose]: async () => {
      for (const { child } of processes)
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await redis.stop();
      await simulator[Symbol.asyncDispose]();
    },
  };
};

const valuesOf = (running: Running, kind: string): string[] =>
  running
    .output()
    .split('\n')
    .flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
