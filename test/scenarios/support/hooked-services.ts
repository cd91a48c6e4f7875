/**
 * Every service and the API in one process, run as each is run in production. It tells on stdout each kind of effect it
 * comes to (`point <moment> <effect>`) and each step a job makes (`progress <ms>`).
 * With STRIKE_AT="<moment> <effect>" it comes to harm there, once: Redis is killed where STRIKE_REDIS names its process,
 * then it sends itself the signal STRIKE_WITH. Of several processes only the first to make the file STRIKE_ONCE does.
 */
import { writeFileSync } from 'node:fs';
import type { Queues } from '@batchmill/queue';
import { service as api, startServer } from '@batchmill/service-api';
import { service as augmenter } from '@batchmill/service-augmenter';
import { service as exporter } from '@batchmill/service-exporter';
import {
  createBackends,
  createLogger,
  createMetrics,
  createSecrets,
  readConfig,
  runService,
} from '@batchmill/service-host';
import type { RunningService, ServiceDefinition } from '@batchmill/service-host';
import { service as ingest } from '@batchmill/service-ingest';
import { service as poller } from '@batchmill/service-poller';
import { service as postProcessor } from '@batchmill/service-post-processor';
import { service as reconciler } from '@batchmill/service-reconciler';
import { service as requestBuilder } from '@batchmill/service-request-builder';
import { service as retriever } from '@batchmill/service-retriever';
import { service as submitter } from '@batchmill/service-submitter';
import { aroundEffects, isProgress } from './effects.ts';
import type { EffectHook } from './effects.ts';

const { STRIKE_AT, STRIKE_WITH, STRIKE_ONCE = '', STRIKE_REDIS, QUEUE_LOCK_MS } = process.env;
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const seen = new Set<string>();

const hook: EffectHook = (effect, moment, call) => {
  if (isProgress(effect, moment, call)) tell(`progress ${Date.now()}`);
  const point = `${moment} ${effect}`;
  if (!seen.has(point)) tell(`point ${point}`);
  seen.add(point);
  if (point === STRIKE_AT && isFirst()) strike();
};

const isFirst = (): boolean => {
  try {
    writeFileSync(STRIKE_ONCE, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
};

const strike = (): void => {
  if (STRIKE_REDIS !== undefined) process.kill(Number(STRIKE_REDIS), 'SIGKILL');
  tell(`struck ${Date.now()}`);
  process.kill(process.pid, STRIKE_WITH);
};

const withLock = (queues: Queues): Queues => {
  if (QUEUE_LOCK_MS === undefined) return queues;
  const lockMs = Number(QUEUE_LOCK_MS);
  return {
    ...queues,
    consume: (contract, handler, options) => queues.consume(contract, handler, { ...options, lockMs }),
  };
};

type Context = Parameters<typeof api.start>[0];

await runService({
  name: 'every-service',
  config: api.config,
  async start(context) {
    const { queues, store, providers, flow } = context.backends;
    const around = aroundEffects(hook);
    const backends = await createBackends({
      queues: around.queues(withLock(queues)),
      store: around.store(store),
      providers: around.providers(providers),
      settings: flow.settings,
    });
    const own = { ...context, backends };
    const running: RunningService[] = [
      await start(ingest, own),
      await start(requestBuilder, own),
      await start(submitter, own),
      await start(poller, own),
      await start(retriever, own),
      await start(postProcessor, own),
      await start(augmenter, own),
      await start(exporter, own),
      await start(reconciler, own),
    ];
    const server = await startServer({ ...own, metrics: createMetrics() });
    tell(JSON.stringify({ url: server.url }));
    return {
      close: async (deadlineMs) => void (await Promise.all([...running, server].map((one) => one.close(deadlineMs)))),
    };
  },
});

async function start<Config>(definition: ServiceDefinition<Config>, context: Context): Promise<RunningService> {
  return definition.start({
    ...context,
    config: readConfig(definition.config, process.env),
    log: createLogger({ service: definition.name, level: 'warn', secrets: createSecrets() }),
    metrics: createMetrics(),
  });
}
