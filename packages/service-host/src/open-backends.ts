import { openStore, probeStore, StoreUnavailableError } from '@batchmill/object-store';
import type { ObjectStore, OpenStoreOptions } from '@batchmill/object-store';
import { defaultFlowSettings } from '@batchmill/flow';
import type { ChatProviderRegistry, LimitsRegistry, ProviderRegistry } from '@batchmill/providers';
import { connectQueues } from '@batchmill/queue';
import type { QueueConnection, Queues } from '@batchmill/queue';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackends } from './backends.ts';
import type { Backends } from './backends.ts';
import type { BaseConfig } from './base-config.ts';

/** Open and checked; `close` ends what was opened here. */
export type OpenBackends = Backends & { close(): Promise<void> };

export type BackendsConfig = Pick<
  BaseConfig,
  | 'REDIS_URL'
  | 'BATCHMILL_STORE'
  | 'S3_ENDPOINT'
  | 'S3_REGION'
  | 'S3_ACCESS_KEY_ID'
  | 'S3_SECRET_ACCESS_KEY'
  | 'BATCHMILL_SINGLE_WRITER'
>;

type Providers = ProviderRegistry & ChatProviderRegistry & LimitsRegistry;

/** Puts something around a port: for tracing, faults, or a process that dies at a chosen effect. */
export type Around = {
  queues?: (queues: Queues) => Queues;
  store?: (store: ObjectStore) => ObjectStore;
  providers?: (providers: Providers) => Providers;
};

/** Redis may be starting at the same moment as we. */
const PATIENCE_MS = 30_000;

/**
 * Opens Redis and the object store and makes sure of both: Redis answers and never evicts, the store keeps write-once
 * records. Throws an Error that says which of them is at fault.
 */
export const openBackends = async (
  config: BackendsConfig,
  providers: Providers,
  around: Around = {},
  patienceMs = PATIENCE_MS,
): Promise<OpenBackends> => {
  const queues = connectQueues(connectionOf(config.REDIS_URL));
  try {
    await checkRedis(queues, config.REDIS_URL, patienceMs);
    // a folder that cannot be used will not heal by waiting; a server may be starting
    const storePatienceMs = config.BATCHMILL_STORE.startsWith('s3:') ? patienceMs : 0;
    const store = await patiently(storePatienceMs, () => openStore(config.BATCHMILL_STORE, s3OptionsOf(config)));
    await patiently(storePatienceMs, () => checkStore(store, config.BATCHMILL_SINGLE_WRITER));
    const settings = { ...defaultFlowSettings, ...providers.settings('openai') };
    const backends = await createBackends({
      queues: around.queues?.(queues) ?? queues,
      store: around.store?.(store) ?? store,
      providers: around.providers?.(providers) ?? providers,
      settings,
    });
    return { ...backends, close: () => queues.close() };
  } catch (error) {
    await queues.close();
    throw error;
  }
};

/** Tries again while the store cannot be reached; what it says once it answers stands. */
const patiently = async <Result>(patienceMs: number, work: () => Promise<Result>): Promise<Result> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || Date.now() >= deadline) throw error;
      await delay(500);
    }
  }
};

const connectionOf = (url: string): QueueConnection =>
  url.startsWith('unix://') ? { path: url.slice('unix://'.length) } : { url };

/** How to reach S3, as the store is reached. */
export const s3OptionsOf = (
  config: Pick<BaseConfig, 'S3_ENDPOINT' | 'S3_REGION' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY'>,
): OpenStoreOptions => ({
  ...(config.S3_ENDPOINT === undefined ? {} : { endpoint: config.S3_ENDPOINT }),
  ...(config.S3_REGION === undefined ? {} : { region: config.S3_REGION }),
  ...(config.S3_ACCESS_KEY_ID === undefined ? {} : { accessKeyId: config.S3_ACCESS_KEY_ID }),
  ...(config.S3_SECRET_ACCESS_KEY === undefined ? {} : { secretAccessKey: config.S3_SECRET_ACCESS_KEY }),
});

const checkRedis = async (queues: Queues, url: string, patienceMs: number): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      await queues.ping();
      break;
    } catch (error) {
      if (Date.now() >= deadline) throw new Error(silent(url), { cause: error });
      await delay(500);
    }
  }
  const policy = await evictionPolicy(queues);
  if (policy === null || policy === 'noeviction') return;
  throw new Error(`Redis may throw messages away: its maxmemory-policy is "${policy}" and must be "noeviction".`);
};

/** Without user and password, which the address may hold. */
const silent = (url: string): string => {
  const { host = '', pathname = '' } = URL.parse(url) ?? {};
  const place = host === '' ? pathname : host;
  return `Redis at ${place} (REDIS_URL) does not answer. Start it, or correct REDIS_URL`;
};

/** null where Redis does not tell, as some hosted ones. */
const evictionPolicy = async (queues: Queues): Promise<string | null> => {
  try {
    const answer = await queues.redis.command('CONFIG', 'GET', 'maxmemory-policy');
    return Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
  } catch {
    return null;
  }
};

const checkStore = async (store: ObjectStore, singleWriter: boolean): Promise<void> => {
  const { ledgerMode, failures } = await probeStore(store);
  if (ledgerMode === 'strict' || singleWriter) return;
  throw new Error(
    `The object store (BATCHMILL_STORE) does not keep write-once records: ${failures.join(' ')} ` +
      'Use another store, or run one process of each service and set BATCHMILL_SINGLE_WRITER=true.',
  );
};
