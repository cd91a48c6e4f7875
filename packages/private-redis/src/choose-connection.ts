import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RedisConnection } from './ask-redis.ts';

/** A socket's path must fit sockaddr_un: 107 bytes on Linux, 103 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103;

export type ConnectionWish = { socketPath?: string; port?: number | 'free' };
export type ChosenConnection = { connection: RedisConnection; socketFolder: string | null };

/** A unix socket in `dir` unless a port is asked for; in a short folder of its own where the path would be too long. */
export const chooseConnection = async (dir: string, wish: ConnectionWish): Promise<ChosenConnection> => {
  if (wish.port !== undefined) {
    const port = wish.port === 'free' ? await freePort() : wish.port;
    return { connection: { host: '127.0.0.1', port }, socketFolder: null };
  }
  const socketPath = wish.socketPath ?? path.join(dir, 'redis.sock');
  if (Buffer.byteLength(socketPath) <= MAX_SOCKET_PATH_BYTES) {
    return { connection: { path: socketPath }, socketFolder: null };
  }
  const socketFolder = await mkdtemp(path.join(tmpdir(), 'batchmill-'));
  return { connection: { path: path.join(socketFolder, 'redis.sock') }, socketFolder };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(address)));
    });
  });
