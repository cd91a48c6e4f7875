import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBuckets } from './buckets.ts';
import { FAULT_PATH, handleFaults } from './fault-endpoint.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { handleRequest } from './handle-request.ts';
import type { RequestSeen } from './handle-request.ts';
import type { Credentials } from './signature.ts';

export type S3ServerOptions = Partial<Credentials> & {
  /** Keeps the objects over a restart. Without it, a folder that is removed on close. */
  dir?: string;
  /** Default: any free one. Only loopback is listened on. */
  port?: number;
};

export type S3Server = Credentials & {
  /** Base address, without a slash at the end. */
  url: string;
  port: number;
  /** Makes a bucket (no error when it is there) and gives its name. */
  bucket(name: string): string;
  faults: Faults;
  /** The last requests, oldest first. */
  requests(): readonly RequestSeen[];
  close(): Promise<void>;
};

const REQUESTS_KEPT = 10_000;

/** A small S3 server for tests: honest about conditions, checksums and signatures, and able to break on demand. */
export const startS3Server = async (options: S3ServerOptions = {}): Promise<S3Server> => {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 's3-server-')));
  const credentials = {
    accessKeyId: options.accessKeyId ?? 'test-access-key',
    secretAccessKey: options.secretAccessKey ?? 'test-secret-key',
  };
  const buckets = openBuckets(dir);
  const faults = createFaults();
  const seen: RequestSeen[] = [];
  const handle = handleRequest({ buckets, faults, credentials }, (request) => {
    if (seen.push(request) > REQUESTS_KEPT) seen.shift();
  });
  const server = createServer((request, response) => {
    const work = request.url === FAULT_PATH ? handleFaults(faults, request, response) : handle(request, response);
    work.catch(() => response.destroy()); // the client has gone in the middle of the answer
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...credentials,
    url: `http://127.0.0.1:${port}`,
    port,
    bucket: (name) => {
      if (!buckets.has(name)) buckets.create(name);
      return name;
    },
    faults,
    requests: () => seen,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      buckets.close();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
};
