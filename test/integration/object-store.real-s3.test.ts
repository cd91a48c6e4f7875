import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openS3Store, probeStore } from '@batchmill/object-store';
import type { ObjectStore } from '@batchmill/object-store';
import { describeObjectStore } from '@batchmill/object-store/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** An S3 server that others have written (Apache-2.0): what ours in the testkit gets wrong shows here. */
const VERSION = 'v1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;
const BINARY = join(import.meta.dirname, '../../.cache', `versitygw-${VERSION}`);
const BUILD_LIMIT_MS = 15 * 60_000;
const START_LIMIT_MS = 30_000;

/** Building takes minutes: that is for CI; elsewhere the test runs once the server has been built. */
const isWanted = existsSync(BINARY) || (Boolean(process.env.CI) && spawnSync('go', ['version']).status === 0);
const CREDENTIALS = { accessKeyId: 'real-access-key', secretAccessKey: 'real-secret-key' };

let folder = '';
let server: ChildProcess | undefined;
let endpoint = '';

const open = (prefix: string, secretAccessKey = CREDENTIALS.secretAccessKey): Promise<ObjectStore> =>
  openS3Store({ ...CREDENTIALS, secretAccessKey, endpoint, bucket: 'batchmill', prefix, createBucket: true });

describe.skipIf(!isWanted)(`versitygw ${VERSION} (built where CI is set and Go is on the PATH)`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'real-s3-'));
    if (!existsSync(BINARY)) await build();
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = await start(port);
  }, BUILD_LIMIT_MS);

  afterAll(async () => {
    if (server !== undefined && server.exitCode === null) {
      server.kill();
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true, force: true });
  });

  describeObjectStore('a bucket of a real S3 server', () => open('conformance'));

  it('is found honest by the probe', async () => {
    const store = await open('probe');
    expect(await probeStore(store)).toEqual({ ledgerMode: 'strict', failures: [] });
    await store.close();
  });

  it('refuses a wrong secret with a sentence that says so and does not show it', async () => {
    const error: unknown = await open('x', 'wrong-secret-key').catch((caught: unknown) => caught);
    expect(String(error)).toContain('Check the access key, the secret key');
    expect(String(error)).not.toContain('wrong-secret-key');
  });
});

/** Builds the server from the Go module proxy; the caches, 800 MB, are removed again. */
const build = async (): Promise<void> => {
  const caches = join(folder, 'go');
  const go = spawn('go', ['install', MODULE], {
    env: {
      ...process.env,
      GOMODCACHE: join(caches, 'modules'),
      GOCACHE: join(caches, 'build'),
      GOBIN: join(caches, 'bin'),
      GOFLAGS: '-modcacherw',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let messages = '';
  go.stderr.on('data', (chunk: Buffer) => {
    messages += chunk.toString();
  });
  const [code] = (await once(go, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${MODULE} could not be built: ${messages.slice(-2000)}`);
  await mkdir(join(BINARY, '..'), { recursive: true });
  // The cache may lie on another file system; the rename makes it appear complete.
  await copyFile(join(caches, 'bin', 'versitygw'), `${BINARY}.new`);
  await rename(`${BINARY}.new`, BINARY);
  await rm(caches, { recursive: true, force: true });
};

const start = async (port: number): Promise<ChildProcess> => {
  const [data, metadata] = [join(folder, 'data'), join(folder, 'metadata')];
  for (const each of [data, metadata]) await mkdir(each);
  const { accessKeyId, secretAccessKey } = CREDENTIALS;
  const child = spawn(BINARY, ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', '--sidecar', metadata, data], {
    env: { ...process.env, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    stdio: 'ignore',
  });
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error('versitygw does not listen');
    await wait(50);
  }
  return child;
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};
