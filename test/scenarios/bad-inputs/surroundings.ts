import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { startSimulatorBeside } from '../support/simulator.ts';
import type { Surroundings } from './bad-input.ts';

const run = promisify(execFile);

/** Nothing listens there, and no program is given it by chance (RFC 6335: below 1024 are the system's). */
export const CLOSED_PORT = 1023;

/** A disk of so many bytes at `name`; needs root. */
export const smallDisk =
  (name: string, size: string) =>
  async (folder: string): Promise<Surroundings> => {
    const disk = path.join(folder, name);
    await mkdir(disk, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', disk]);
    return { end: async () => void (await run('umount', ['-l', disk])) };
  };

/** A disk at `name` that cannot be written. */
export const readOnlyDisk =
  (name: string) =>
  async (folder: string): Promise<Surroundings> => {
    const disk = path.join(folder, name);
    await mkdir(disk, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', disk]);
    return { end: async () => void (await run('umount', ['-l', disk])) };
  };

export const canMount = async (): Promise<boolean> => {
  try {
    await run('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
};

/** The simulator in the place of OpenAI, asked with `key`. */
export const simulatorAsOpenai =
  (key: string) =>
  async (folder: string): Promise<Surroundings> => {
    const simulator = await startSimulatorBeside(path.join(folder, 'simulator'));
    return {
      environment: { OPENAI_BASE_URL: `${simulator.url}/v1`, OPENAI_API_KEY: key },
      end: () => simulator[Symbol.asyncDispose](),
    };
  };

/** A gateway that has nothing behind it: a page for people, with status 502. */
export const badGateway = async (): Promise<Surroundings> => {
  const server = createServer((_request, response) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<html>\n<head><title>502 Bad Gateway</title></head>\n<body>nginx</body>\n</html>\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    environment: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'sk-test-1234567890' },
    end: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
