import { service as augmenter } from '@batchmill/service-augmenter';
import { service as exporter } from '@batchmill/service-exporter';
import { service as ingest } from '@batchmill/service-ingest';
import { service as liveRunner } from '@batchmill/service-live-runner';
import { service as poller } from '@batchmill/service-poller';
import { service as postProcessor } from '@batchmill/service-post-processor';
import { service as reconciler } from '@batchmill/service-reconciler';
import { service as requestBuilder } from '@batchmill/service-request-builder';
import { service as retriever } from '@batchmill/service-retriever';
import { service as submitter } from '@batchmill/service-submitter';
import { createLogger, readConfig } from '@batchmill/service-host';
import type {
  Backends,
  Environment,
  Metrics,
  RunningService,
  Secrets,
  ServiceDefinition,
} from '@batchmill/service-host';

export type WorkerParts = {
  environment: Environment;
  backends: Backends;
  secrets: Secrets;
  /** Of all services together: they are one process. */
  metrics: Metrics;
  destination: { write(line: string): void };
};

/** Starts every worker service in this process. */
export const startWorkers = async (parts: WorkerParts): Promise<RunningService[]> => [
  await start(parts, ingest),
  await start(parts, requestBuilder),
  await start(parts, submitter),
  await start(parts, poller),
  await start(parts, retriever),
  await start(parts, liveRunner),
  await start(parts, postProcessor),
  await start(parts, augmenter),
  await start(parts, exporter),
  await start(parts, reconciler),
];

export const start = async <Config, Running extends RunningService>(
  { environment, backends, secrets, metrics, destination }: WorkerParts,
  definition: Omit<ServiceDefinition<Config>, 'start'> & {
    start: (context: Parameters<ServiceDefinition<Config>['start']>[0]) => Promise<Running>;
  },
): Promise<Running> =>
  definition.start({
    config: readConfig(definition.config, environment),
    log: createLogger({ service: definition.name, level: 'info', destination, secrets }),
    metrics,
    backends,
  });
