import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Check, CheckOutcome } from './check.ts';
import { missing, ok } from './check.ts';

const CONNECT_TIMEOUT_MS = 3_000;

/** A Redis that answers at REDIS_URL, or one that can be started here. */
export const checkRedis = (redisUrl: string | undefined, searchPath: string): Check => ({
  name: 'Redis',
  look: () => ((redisUrl ?? '') === '' ? findOwn(searchPath) : reach(redisUrl ?? '')),
});

const findOwn = async (searchPath: string): Promise<CheckOutcome> => {
  const { findRedisServer } = await import('@batchmill/private-redis');
  try {
    const { command } = await findRedisServer({ cacheDir: join(homedir(), '.cache', 'batchmill'), searchPath });
    return ok(command);
  } catch (error) {
    return missing('none', error instanceof Error ? error.message : String(error));
  }
};

const reach = async (url: string): Promise<CheckOutcome> => {
  const parsed = URL.parse(url);
  if (parsed === null) return missing(`REDIS_URL is no address: ${url}`, 'Set it like redis://localhost:6379');
  // The address may hold a password: only host and port are shown.
  const shown = `${parsed.hostname}:${parsed.port || '6379'}`;
  const failure = await connectTo(parsed.hostname, Number(parsed.port || 6379));
  if (failure === undefined) return ok(`${shown} (REDIS_URL)`);
  return missing(`${shown} does not answer (${failure})`, 'Start that Redis, or unset REDIS_URL to have one started.');
};

const connectTo = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
    const end = (failure: string | undefined): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('no answer in 3 s'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
