import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askRedis } from './ask-redis.ts';
import { startPrivateRedis } from './start-private-redis.ts';
import type { PrivateRedis, PrivateRedisOptions } from './start-private-redis.ts';
import { writeState } from './state-file.ts';

let dir: string;
let started: PrivateRedis[];

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'private-redis-'));
  started = [];
});

afterEach(async () => {
  for (const redis of started) await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

const start = async (options: Partial<PrivateRedisOptions> = {}): Promise<PrivateRedis> => {
  const redis = await startPrivateRedis({ dir, ...options });
  started.push(redis);
  return redis;
};

const ask = (redis: PrivateRedis, command: string) => askRedis(redis.connection, command, 2000);

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('it listens in a folder only we can enter, keeps an append-only file and evicts nothing', async () => {
  const redis = await start();
  expect((await stat(dir)).mode & 0o777).toBe(0o700);
  expect(redis.connection).toEqual({ path: path.join(dir, 'redis.sock') });
  const info = await askForAll(redis, 'INFO everything');
  expect(info).toMatch(/aof_enabled:1/);
  expect(info).toMatch(/maxmemory_policy:noeviction/);
  expect(info).toMatch(/tcp_port:0/);
});

test('its data outlive a stop, and nothing else is left behind', async () => {
  const first = await start();
  await ask(first, 'SET greeting hello');
  await first.stop();
  await expect.poll(() => isAlive(first.pid)).toBe(false);
  expect((await readdir(dir)).sort()).toEqual(['appendonlydir', 'redis.log']);
  const second = await start();
  expect(second.adopted).toBe(false);
  expect(await ask(second, 'STRLEN greeting')).toBe(':5');
});

test('a Redis whose owner was killed is adopted, data and all', async () => {
  const owner = spawn(process.execPath, [fileURLToPath(new URL('hold-redis.ts', import.meta.url)), dir]);
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  const redis = await start();
  expect(redis).toMatchObject({ adopted: true, pid: Number(line.toString()) });
  expect(await ask(redis, 'PING')).toBe('+PONG');
  await redis.stop();
  await expect(ask(redis, 'PING')).rejects.toThrow(/ENOENT/);
});

test('a left-over Redis that does not answer is ended before another is started on its files', async () => {
  const hung = await start();
  await ask(hung, 'SET greeting hello');
  process.kill(hung.pid, 'SIGSTOP');
  const next = await start({ startTimeoutMs: 300 });
  expect(next.adopted).toBe(false);
  expect(next.pid).not.toBe(hung.pid);
  expect(await ask(next, 'STRLEN greeting')).toBe(':5');
});

test('a process that merely has the recorded pid is left alone', async () => {
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => 0, 60000)'], { cwd: tmpdir() });
  await once(bystander, 'spawn');
  await writeState(dir, {
    pid: bystander.pid ?? 0,
    connection: { path: path.join(dir, 'redis.sock') },
    socketFolder: null,
  });
  const redis = await start();
  expect(redis.adopted).toBe(false);
  expect(isAlive(bystander.pid ?? 0)).toBe(true);
  bystander.kill('SIGKILL');
});

test('a folder too deep for a socket gets one elsewhere, which goes with the Redis', async () => {
  const deep = path.join(dir, 'x'.repeat(60), 'y'.repeat(60));
  const redis = await start({ dir: deep });
  const socket = 'path' in redis.connection ? redis.connection.path : '';
  expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(103);
  expect((await stat(path.dirname(socket))).mode & 0o777).toBe(0o700);
  const again = await start({ dir: deep });
  expect(again).toMatchObject({ adopted: true, connection: redis.connection });
  await redis.stop();
  await expect(stat(path.dirname(socket))).rejects.toThrow(/ENOENT/);
});

test('with a port it listens on loopback only', async () => {
  const redis = await start({ port: 'free' });
  expect(redis.connection).toMatchObject({ host: '127.0.0.1' });
  expect(await ask(redis, 'PING')).toBe('+PONG');
});

test('a damaged append-only file is set aside, not in the way', async () => {
  const first = await start();
  await ask(first, 'SET greeting hello');
  await first.stop();
  const folder = path.join(dir, 'appendonlydir');
  const file = (await readdir(folder)).find((name) => name.endsWith('.incr.aof')) ?? '';
  await writeFile(path.join(folder, file), 'not a command\r\nat all\r\n');
  const second = await start();
  expect(await ask(second, 'EXISTS greeting')).toBe(':0');
  expect((await readdir(dir)).filter((name) => name.startsWith('appendonlydir.damaged-'))).toHaveLength(1);
});

test('a Redis that cannot start says why', async () => {
  await mkdir(path.join(dir, 'redis.sock'));
  await expect(start({ startTimeoutMs: 2000 })).rejects.toThrow(/did not start in[\s\S]*log ends with[\s\S]*socket/i);
});

test('a program that cannot be run says so', async () => {
  const program = path.join(dir, 'cache', 'redis-debian', 'usr', 'bin', 'redis-server');
  await mkdir(path.dirname(program), { recursive: true });
  await mkdir(path.join(dir, 'cache', 'redis-debian', 'usr', 'lib'));
  await writeFile(program, '');
  const starting = start({ cacheDir: path.join(dir, 'cache'), searchPath: '', startTimeoutMs: 2000 });
  await expect(starting).rejects.toMatchObject({ cause: { code: 'EACCES' } });
});

/** A whole reply rather than its first line. */
const askForAll = async (redis: PrivateRedis, command: string): Promise<string> => {
  const { createConnection } = await import('node:net');
  const socket = createConnection(redis.connection);
  socket.write(`${command}\r\nQUIT\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
};
