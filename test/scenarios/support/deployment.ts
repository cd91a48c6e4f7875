import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { startTestRedis } from '@batchmill/testkit';
import type { TestRedis } from '@batchmill/testkit';
import { startProcess } from './processes.ts';
import type { Running } from './processes.ts';

export const WORKERS = [
  'ingest',
  'request-builder',
  'submitter',
  'poller',
  'retriever',
  'live-runner',
  'post-processor',
  'augmenter',
  'exporter',
  'reconciler',
] as const;
export type WorkerName = (typeof WORKERS)[number];

export type Deployment = {
  /** The job API. */
  url: string;
  simulatorUrl: string;
  redis: TestRedis;
  environment: Record<string, string>;
  workers: { name: WorkerName; running: Running }[];
  startWorker(name: WorkerName, file?: string): Running;
  meter(): Promise<Record<string, number>>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type DeploymentOptions = {
  folder: string;
  /** Processes of each worker. */
  replicas?: number;
  speed?: number;
  store?: 's3' | 'fs';
  environment?: Record<string, string>;
};

/** Every service as a process of its own, with Redis over TCP, a store over HTTP and the simulator: as in production. */
export const startDeployment = async ({
  folder,
  replicas = 1,
  speed = 5000,
  store = 's3',
  environment: extra = {},
}: DeploymentOptions): Promise<Deployment> => {
  const closing: (() => Promise<unknown>)[] = [];
  const started = (running: Running): Running => {
    closing.push(() => running.stop());
    return running;
  };
  try {
    await mkdir(folder, { recursive: true });
    const redis = await startTestRedis({ tcp: true });
    closing.push(() => redis.stop());
    const simulator = started(
      startProcess('packages/provider-simulator/src/main.ts', [
        ...['--port', '0', '--data', path.join(folder, 'simulator'), '--speed', String(speed)],
      ]),
    );
    const simulatorUrl = await urlOf(simulator);
    const environment = {
      REDIS_URL: redis.url ?? '',
      BATCHMILL_SIMULATOR_URL: simulatorUrl,
      RECONCILE_INTERVAL_MS: '1000',
      POLL_TICK_MS: '250',
      // as in infra/docker/Dockerfile
      NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=1024',
      ...(store === 's3' ? await startStore() : { BATCHMILL_STORE: `file://${path.join(folder, 'store')}` }),
      ...extra,
    };
    const startWorker: Deployment['startWorker'] = (name, file = `services/${name}/src/main.ts`) =>
      started(startProcess(file, [], environment));
    const workers = WORKERS.flatMap((name) =>
      Array.from({ length: replicas }, () => ({ name, running: startWorker(name) })),
    );
    const api = started(
      startProcess('services/api/src/main.ts', [], { ...environment, API_PORT: '0', LOG_LEVEL: 'info' }),
    );
    const listening = await api.line((line) => line.includes('"url"'));
    await Promise.all(workers.map(({ running }) => running.line((line) => line.includes('"started"'))));
    return {
      url: (JSON.parse(listening) as { url: string }).url,
      simulatorUrl,
      redis,
      environment,
      workers,
      startWorker,
      meter: async () => (await fetch(`${simulatorUrl}/_simulator/meter`)).json() as Promise<Record<string, number>>,
      [Symbol.asyncDispose]: () => closeAll(closing),
    };

    async function startStore(): Promise<Record<string, string>> {
      const keys = { S3_ACCESS_KEY_ID: 'test', S3_SECRET_ACCESS_KEY: 'test-secret' };
      const server = started(
        startProcess('packages/testkit/src/s3-server/main.ts', [
          ...['--port', '0', '--dir', path.join(folder, 's3'), '--bucket', 'batchmill'],
          ...['--access-key-id', keys.S3_ACCESS_KEY_ID, '--secret-access-key', keys.S3_SECRET_ACCESS_KEY],
        ]),
      );
      const endpoint = await urlOf(server);
      return { BATCHMILL_STORE: 's3://batchmill/test', S3_ENDPOINT: endpoint, S3_REGION: 'us-east-1', ...keys };
    }
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
};

const urlOf = async (running: Running): Promise<string> =>
  (JSON.parse(await running.line((line) => line.startsWith('{"url"'))) as { url: string }).url;

const closeAll = async (closing: (() => Promise<unknown>)[]): Promise<void> => {
  // workers first and together, then what they need, in reverse order
  for (const end of closing.splice(0).reverse()) await end();
};
