import { execFile, spawn } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { askRedis } from './ask-redis.ts';
import type { RedisConnection } from './ask-redis.ts';
import { serverEnvironment } from './redis-server.ts';
import type { RedisServer } from './redis-server.ts';

const run = promisify(execFile);

export type RedisChild = {
  /** 0 where it could not even be started. */
  pid: number;
  /** null while it lives. */
  whyEnded(): Error | null;
};

/** Starts a Redis in a process group of its own, so that Ctrl-C reaches its owner first and not both at once. */
export const spawnRedis = (server: RedisServer, dir: string, connection: RedisConnection): RedisChild => {
  const listen =
    'path' in connection
      ? ['--port', '0', '--unixsocket', connection.path, '--unixsocketperm', '700']
      : ['--port', String(connection.port), '--bind', connection.host];
  const settings = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const files = ['--dir', dir, '--logfile', path.join(dir, 'redis.log'), '--save', '', '--daemonize', 'no'];
  const child = spawn(server.command, [...listen, ...settings, ...files], {
    cwd: dir,
    detached: true,
    stdio: 'ignore',
    env: serverEnvironment(server),
  });
  child.unref();
  let ended: Error | null = null;
  child.once('error', (error) => (ended = error));
  child.once('exit', (code, signal) => (ended ??= new Error(`it ended with ${signal ?? `exit code ${code}`}`)));
  return { pid: child.pid ?? 0, whyEnded: () => ended };
};

/** Waits until the server answers PING; throws with the end of its log when it dies or the time is over. */
export const waitUntilReady = async (
  child: RedisChild,
  dir: string,
  connection: RedisConnection,
  timeoutMs: number,
): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  while (child.whyEnded() === null && Date.now() < deadline) {
    if (await answersPing(connection, 1000)) return;
    await delay(15);
  }
  const reason = child.whyEnded() ?? new Error(`no answer within ${timeoutMs} ms`);
  await waitUntilGone(child.pid, dir, 0);
  throw new Error(`Redis did not start in ${dir}. ${await endOfLog(dir)}`, { cause: reason });
};

export const answersPing = async (connection: RedisConnection, timeoutMs: number): Promise<boolean> => {
  try {
    return (await askRedis(connection, 'PING', timeoutMs)) === '+PONG';
  } catch {
    return false;
  }
};

/** Whether `pid` is alive and works in `dir`; a pid alone may long belong to somebody else. */
export const runsIn = async (pid: number, dir: string): Promise<boolean> => {
  if (pid === 0 || !isAlive(pid)) return false;
  try {
    if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(dir));
    const { stdout } = await run('ps', ['-p', String(pid), '-o', 'command=']);
    return /redis|valkey/.test(stdout);
  } catch {
    return false;
  }
};

/** Waits until the Redis of `dir` is gone; after the deadline it is killed. */
export const waitUntilGone = async (pid: number, dir: string, timeoutMs: number): Promise<void> => {
  const deadline = Date.now() + timeoutMs;
  let killed = false;
  while (await runsIn(pid, dir)) {
    if (!killed && Date.now() >= deadline) {
      killed = true;
      process.kill(pid, 'SIGKILL');
    }
    await delay(10);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const endOfLog = async (dir: string): Promise<string> => {
  try {
    const log = await readFile(path.join(dir, 'redis.log'), 'utf8');
    return `Its log ends with:\n${log.trimEnd().split('\n').slice(-5).join('\n')}`;
  } catch {
    return 'It wrote no log.';
  }
};
