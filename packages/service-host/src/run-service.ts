import { InputError, formatProblem } from '@batchmill/contracts';
import { readProviders } from '@batchmill/providers';
import type { ChatProviderRegistry, LimitsRegistry, ProviderRegistry } from '@batchmill/providers';
import type { BaseConfig } from './base-config.ts';
import { watchEventLoop } from './event-loop-watch.ts';
import { startHealthServer } from './health-server.ts';
import { createLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { openBackends } from './open-backends.ts';
import { isSecretVariable, readConfig } from './read-config.ts';
import { createSecrets } from './secrets.ts';
import type { Secrets } from './secrets.ts';
import type { RunningService, ServiceDefinition } from './service-definition.ts';

type Read<Config> = { config: Config; providers: ProviderRegistry & ChatProviderRegistry & LimitsRegistry };

/**
 * Runs a service as this process until SIGTERM or SIGINT. Exit codes: 0 after an orderly end, 2 for a configuration that
 * cannot be used, 1 for everything else, also when the orderly end takes too long.
 */
export const runService = async <Config extends BaseConfig>(definition: ServiceDefinition<Config>): Promise<void> => {
  const secrets = createSecrets();
  const read = readEnvironment(definition, secrets);
  if (read === null) return;
  const { config } = read;
  const log = createLogger({ service: definition.name, level: config.LOG_LEVEL, secrets });
  const crash = (error: unknown): void => {
    log.fatal({ error }, 'the process ends');
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  try {
    await serve(definition, read, log, crash);
  } catch (error) {
    crash(error);
  }
};

/** The only place where the environment is read. */
const readEnvironment = <Config>(definition: ServiceDefinition<Config>, secrets: Secrets): Read<Config> | null => {
  try {
    const config = readConfig(definition.config, process.env);
    const providers = readProviders(process.env);
    for (const [name, value] of Object.entries(process.env)) {
      if (value !== undefined && isSecretVariable(name, value)) secrets.add(value);
    }
    return { config, providers };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    process.stderr.write(`The configuration of ${definition.name} cannot be used:\n`);
    for (const problem of error.problems) process.stderr.write(`  ${formatProblem(problem)}\n`);
    process.exitCode = 2;
    return null;
  }
};

const serve = async <Config extends BaseConfig>(
  definition: ServiceDefinition<Config>,
  { config, providers }: Read<Config>,
  log: Logger,
  endProcess: (reason: Error) => void,
): Promise<void> => {
  const metrics = createMetrics({ process: true });
  const watch = watchEventLoop();
  let running: RunningService | undefined;
  let closing = false;
  const ready = async (): Promise<void> => {
    if (closing) throw new Error('closing');
    if (running === undefined) throw new Error('starting');
    await running.ready?.();
  };
  const { HEALTH_HOST: host, HEALTH_PORT: port } = config;
  const health = port === undefined ? undefined : await startHealthServer({ host, port, ready, metrics });
  const stopped = signalled(log, config.SHUTDOWN_DEADLINE_MS);
  log.info({ healthPort: health?.port }, 'starting');
  const backends = await Promise.race([openBackends(config, providers), stopped]);
  if (backends === undefined) process.exit(0); // Told to end while it waited for Redis or the store.
  running = await definition.start({ config, log, metrics, backends, endProcess });
  log.info('started');
  await stopped;
  closing = true;
  await running.close(Math.max(0, config.SHUTDOWN_DEADLINE_MS - CLOSING_MARGIN_MS));
  await backends.close();
  await health?.close();
  await watch.stop();
  log.info('stopped');
  process.exit(0);
};

/** Of the shutdown deadline, for what comes after the service itself: without Redis, cutting its connections takes up to 1.5 s. */
const CLOSING_MARGIN_MS = 2000;

/** Resolves at the first signal; the second, or the deadline, ends the process at once. */
const signalled = (log: Logger, deadlineMs: number): Promise<void> =>
  new Promise((resolve) => {
    let times = 0;
    const stop = (signal: string): void => {
      times += 1;
      if (times > 1) process.exit(1);
      log.info({ signal }, 'closing');
      setTimeout(() => {
        log.error({ deadlineMs }, 'the orderly end took too long');
        process.exit(1);
      }, deadlineMs).unref();
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
