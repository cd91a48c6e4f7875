import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import type { Server } from 'node:net';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Lock = { release(): Promise<void> };

/**
 * One simulator per data folder. The lock is a listening local socket named after the folder: the operating system
 * lets go of it when the process ends, however it ends. Throws where another process holds it.
 */
export const lockDataDir = async (dataDir: string): Promise<Lock> => {
  const address = addressOf(dataDir);
  const server = createServer();
  server.unref();
  try {
    await listen(server, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    if (isFreedByTheSystem || (await answers(address))) {
      throw new Error(
        `The data folder ${dataDir} is in use by another simulator. Stop that one, or give this one a folder of its own.`,
        { cause: error },
      );
    }
    await rm(address, { force: true });
    await listen(server, address);
  }
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
};

/** Linux has sockets without a file, Windows pipes: neither outlives its process. */
const isFreedByTheSystem = process.platform === 'linux' || process.platform === 'win32';

const addressOf = (dataDir: string): string => {
  const digest = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 32);
  const name = `provider-simulator-${digest}`;
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
};

const listen = (server: Server, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

const answers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
