import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import {
  batchEnded,
  cancelRequested,
  jobAccepted,
  jobReadyToExport,
  pollDue,
  requestsBuilt,
  resultsStored,
  rowsReady,
  runLive,
  transformReady,
} from '@batchmill/contracts';
import { startPrivateRedis } from '@batchmill/private-redis';
import { readProviders } from '@batchmill/providers';
import { dropMessages, epoch } from '@batchmill/queue';
import { service as api, startServer } from '@batchmill/service-api';
import { createMetrics, createSecrets, isSecretVariable, openBackends, readConfig } from '@batchmill/service-host';
import type { Around, Secrets } from '@batchmill/service-host';
import { takeOwnership } from './owner-lock.ts';
import { start, startWorkers } from './services.ts';
import { startSimulatorProcess } from './simulator-process.ts';
import type { SimulatorChoice } from './simulator-process.ts';
import { prepareStateFolder } from './state-folder.ts';
import type { StateFolder } from './state-folder.ts';

export type EmbeddedOptions = {
  /** Folder that holds everything: store, Redis, log. */
  stateDir: string;
  /** Starts the bundled simulator beside the services. */
  simulator?: SimulatorChoice | undefined;
  environment: Record<string, string | undefined>;
  /** Takes each log line as well as the log file. */
  log?: (line: string) => void;
  /** Port of the API on loopback; a free one by default. */
  port?: number;
  mode?: 'job' | 'stay';
  /** What stands around the ports to Redis, store and providers. */
  around?: Around;
};

export type Embedded = {
  url: string;
  /** False: another process owns the state folder, and this one has attached to it. */
  owner: boolean;
  simulatorUrl?: string;
  close(): Promise<void>;
};

const CLOSE_DEADLINE_MS = 10_000;
/** For a command somebody waits for: a Redis of their own is up, or it is not. */
const REDIS_PATIENCE_MS = 3000;
/** What an embedded deployment sets unless the environment says otherwise. */
const DEFAULTS = {
  RECONCILE_INTERVAL_MS: '1000',
  LOG_LEVEL: 'info',
  // here the user's own kill -9 is the usual death, and no sign of poison
  MAX_CRASHES: '20',
};

/** All services in this process on a Redis and a folder of their own; or the API of the process that has them already. */
export const openEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  const folder = await prepareStateFolder(options.stateDir);
  const lock = await takeOwnership(folder.root);
  if (lock.kind === 'attached') return { url: lock.url, owner: false, close: async () => {} };
  const closing: (() => Promise<void>)[] = [() => lock.release()];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  try {
    const opened = await open(options, folder, closing);
    await lock.announce(opened.url);
    return { ...opened, owner: true, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const open = async (
  options: EmbeddedOptions,
  folder: StateFolder,
  closing: (() => Promise<void>)[],
): Promise<{ url: string; simulatorUrl?: string }> => {
  const destination = openLog(folder, options, closing);
  const redisUrl = options.environment['REDIS_URL'] ?? (await ownRedis(folder, closing));
  // one that runs elsewhere already is used as it is
  const isGiven = options.environment['BATCHMILL_SIMULATOR_URL'] !== undefined;
  const simulator =
    options.simulator === undefined || isGiven
      ? undefined
      : await startSimulatorProcess(folder.simulator, options.simulator);
  if (simulator !== undefined) closing.push(() => simulator.close());
  const environment = {
    ...DEFAULTS,
    ...options.environment,
    REDIS_URL: redisUrl,
    BATCHMILL_STORE: `file://${folder.store}`,
    API_HOST: '127.0.0.1',
    API_PORT: String(options.port ?? 0),
    ...(simulator === undefined ? {} : { BATCHMILL_SIMULATOR_URL: simulator.url }),
  };
  const secrets = secretsOf(environment);
  const config = readConfig(api.config, environment);
  const patienceMs = options.mode === 'stay' ? undefined : REDIS_PATIENCE_MS;
  const backends = await openBackends(config, readProviders(environment), options.around, patienceMs);
  closing.push(() => backends.close());
  if (options.environment['REDIS_URL'] === undefined) {
    // no worker but ours can be alive: messages of a killed owner need not wait for its locks to end
    await dropMessages(backends.queues.redis, QUEUES);
    await epoch(backends.queues.redis).clear();
  }
  // process figures only where somebody may come and read them
  const metrics = createMetrics({ process: options.mode === 'stay' });
  const parts = { environment, backends, secrets, metrics, destination };
  const workers = await startWorkers(parts);
  // together: without Redis each of them takes all the time it is given
  closing.push(async () => void (await Promise.all(workers.map((worker) => worker.close(CLOSE_DEADLINE_MS)))));
  const server = await start(parts, { ...api, start: startServer });
  closing.push(() => server.close(CLOSE_DEADLINE_MS));
  return { url: server.url, ...(simulator === undefined ? {} : { simulatorUrl: simulator.url }) };
};

const QUEUES = [
  jobAccepted,
  rowsReady,
  transformReady,
  requestsBuilt,
  cancelRequested,
  pollDue,
  batchEnded,
  runLive,
  resultsStored,
  jobReadyToExport,
];

const ownRedis = async (folder: StateFolder, closing: (() => Promise<void>)[]): Promise<string> => {
  const redis = await startPrivateRedis({ dir: folder.redis });
  closing.push(() => redis.stop());
  const { connection } = redis;
  return 'path' in connection ? `unix://${connection.path}` : `redis://${connection.host}:${connection.port}`;
};

const openLog = (
  folder: StateFolder,
  { log }: EmbeddedOptions,
  closing: (() => Promise<void>)[],
): { write(line: string): void } => {
  const file = createWriteStream(folder.log, { flags: 'a', mode: 0o600 });
  // a full disk must not end the work for the sake of its log
  file.on('error', () => undefined);
  closing.push(async () => {
    file.end();
    if (!file.closed && !file.errored) await once(file, 'close').catch(() => undefined);
  });
  return {
    write(line) {
      if (file.writable) file.write(line);
      log?.(line.trimEnd());
    },
  };
};

const secretsOf = (environment: Record<string, string | undefined>): Secrets => {
  const secrets = createSecrets();
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && isSecretVariable(name, value)) secrets.add(value);
  }
  return secrets;
};
