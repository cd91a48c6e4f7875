import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pollDue } from '@batchmill/contracts';
import type { QueueContract } from '@batchmill/contracts';
import { openFsStore } from '@batchmill/object-store';
import type { ObjectStore } from '@batchmill/object-store';
import { readProviders } from '@batchmill/providers';
import { connectQueues, epoch } from '@batchmill/queue';
import type { Handler, HandlerOutcome, Queues } from '@batchmill/queue';
import { createClient } from '@batchmill/sdk';
import type { Client } from '@batchmill/sdk';
import { service as api, startServer } from '@batchmill/service-api';
import { service as augmenter } from '@batchmill/service-augmenter';
import { service as exporter } from '@batchmill/service-exporter';
import { createBackends, createLogger, createMetrics, createSecrets, readConfig } from '@batchmill/service-host';
import type { Backends, RunningService, ServiceDefinition } from '@batchmill/service-host';
import { service as ingest } from '@batchmill/service-ingest';
import { service as poller } from '@batchmill/service-poller';
import { service as postProcessor } from '@batchmill/service-post-processor';
import { service as requestBuilder } from '@batchmill/service-request-builder';
import { service as retriever } from '@batchmill/service-retriever';
import { service as submitter } from '@batchmill/service-submitter';
import { defaultFlowSettings } from '@batchmill/flow';
import { startTestRedis } from '@batchmill/testkit';

export type Message = { queue: string; id: string; payload: unknown; atMs: number; attempt: number };

/** Every service with its own handler, and messages that a test delivers itself: one by one, twice, late. */
export type HandDriven = {
  client: Client;
  store: ObjectStore;
  backends: Backends;
  /** Runs the handler of a message in one of the processes, which share Redis and store and nothing else. */
  handle(message: Message, process?: number): Promise<HandlerOutcome>;
  /** Delivers what is due, with a look at the provider when nothing is, until the job's run is final. */
  drive(job: string, deliver?: (message: Message) => Promise<HandlerOutcome>, run?: number): Promise<void>;
  /** All ledger records as they stand: key → bytes. */
  records(): Promise<Record<string, string>>;
  [Symbol.asyncDispose](): Promise<void>;
};

const ATTEMPTS = 5;
const PATIENCE_MS = 30_000;

export const openHandDriven = async (
  folder: string,
  given: Record<string, string>,
  processes = 1,
): Promise<HandDriven> => {
  const redis = await startTestRedis();
  const queues = connectQueues(redis.connection);
  await epoch(queues.redis).set('1');
  const store = await openFsStore({ root: path.join(folder, 'store'), fsync: false });
  const environment = {
    REDIS_URL: 'unix:///unused',
    BATCHMILL_STORE: 'file:///unused',
    API_PORT: '0',
    POLL_TICK_MS: '50',
    ...given,
  };
  const waiting: Message[] = [];
  const running: RunningService[] = [];
  const handlers: Map<string, Handler<never>>[] = [];

  const send: Queues['send'] = async (contract, payload, { delayMs = 0 } = {}) => {
    const [id, atMs] = [contract.messageId(payload), Date.now() + delayMs];
    const known = waiting.find((message) => message.queue === contract.name && message.id === id);
    if (known === undefined) waiting.push({ queue: contract.name, id, payload, atMs, attempt: 1 });
    else known.atMs = Math.min(known.atMs, atMs);
  };
  const openProcess = async (): Promise<Backends> => {
    const mine = new Map<string, Handler<never>>();
    handlers.push(mine);
    const consume = <Payload>(contract: QueueContract<Payload>, handler: Handler<Payload>) => {
      mine.set(contract.name, handler);
      const nothing = async (): Promise<void> => undefined;
      return { ready: nothing, pause: nothing, resume: nothing, close: nothing };
    };
    const caught: Queues = { ...queues, send, consume, every: async () => undefined };
    const providers = readProviders(environment);
    const settings = { ...defaultFlowSettings, backoffMs: 20, ...providers.settings('openai') };
    return createBackends({ queues: caught, store, providers, settings });
  };
  const start = async <Config, Running extends RunningService>(
    backends: Backends,
    definition: Pick<ServiceDefinition<Config>, 'name' | 'config'> & {
      start: (context: Parameters<ServiceDefinition<Config>['start']>[0]) => Promise<Running>;
    },
  ): Promise<Running> => {
    const destination = { write: () => undefined };
    const log = createLogger({ service: definition.name, level: 'info', destination, secrets: createSecrets() });
    const config = readConfig(definition.config, environment);
    const service = await definition.start({ config, log, metrics: createMetrics(), backends });
    running.push(service);
    return service;
  };

  const all: Backends[] = [];
  for (let number = 0; number < processes; number += 1) {
    const backends = await openProcess();
    all.push(backends);
    await start(backends, ingest);
    await start(backends, requestBuilder);
    await start(backends, submitter);
    await start(backends, poller);
    await start(backends, retriever);
    await start(backends, postProcessor);
    await start(backends, augmenter);
    await start(backends, exporter);
  }
  const backends = all[0] as Backends;
  const server = await start(backends, { ...api, start: startServer });
  const client = createClient({ url: server.url });

  const handle: HandDriven['handle'] = ({ queue, payload, attempt }, process = 0) => {
    const handler = handlers[process]?.get(queue);
    if (handler === undefined) throw new Error(`nobody consumes ${queue}`);
    return handler(payload as never, { signal: new AbortController().signal, attempt, crashes: 0 });
  };
  const deliverNext = async (deliver: (message: Message) => Promise<HandlerOutcome>): Promise<void> => {
    const next = waiting.toSorted((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined || next.atMs > Date.now()) {
      await deliver({ queue: pollDue.name, id: 'tick', payload: { account: 'openai' }, atMs: 0, attempt: 1 });
      await delay(10);
      return;
    }
    waiting.splice(waiting.indexOf(next), 1);
    try {
      const outcome = await deliver(next);
      if (outcome.kind === 'postpone') waiting.push({ ...next, atMs: Date.now() + outcome.forMs });
    } catch (error) {
      if (next.attempt >= ATTEMPTS) throw error;
      waiting.push({ ...next, attempt: next.attempt + 1, atMs: Date.now() + 20 });
    }
  };
  const records: HandDriven['records'] = async () => {
    const found: Record<string, string> = {};
    for await (const { key } of store.list('')) {
      if (!key.includes('/blobs/')) found[key] = Buffer.from((await store.get(key)) ?? []).toString();
    }
    return found;
  };

  return {
    client,
    store,
    backends,
    handle,
    records,
    async drive(job, deliver = (message) => handle(message), run = 1) {
      const deadline = Date.now() + PATIENCE_MS;
      const isDone = async () => (await backends.ledger.runFacts({ tenant: 'default', job, run }))?.done != null;
      while (!(await isDone())) {
        if (Date.now() > deadline) {
          const { shards } = await client.explain(job);
          throw new Error(`not final in time: ${JSON.stringify({ waiting, shards }, null, 1)}`);
        }
        await deliverNext(deliver);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const service of running.reverse()) await service.close(1000);
      await store.close();
      await queues.close();
      await redis.stop();
    },
  };
};

/** Sends rows and a pipeline, and gives the job's id. */
export const createJob = async ({ client }: HandDriven, pipeline: string, rows: object[]): Promise<string> => {
  const data = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const { id: upload } = await client.upload('rows.jsonl', { bytes: Buffer.from(data) });
  const request = { pipeline, input: [{ name: 'rows.jsonl', upload }] };
  return (await client.createJob(request, crypto.randomUUID())).id;
};
