import { temporaryStore } from '@batchmill/ledger/testing';
import { readProviders } from '@batchmill/providers';
import { connectQueues, epoch } from '@batchmill/queue';
import { createBackends, createMetrics } from '@batchmill/service-host';
import type { Backends, Logger } from '@batchmill/service-host';
import { startTestRedis } from '@batchmill/testkit';
import { configSchema } from '../config.ts';
import { startServer } from '../start-server.ts';

export type Answer = { status: number; headers: Headers; text: string; json: unknown };

export type Stage = {
  url: string;
  backends: Backends;
  /** Messages of errors on our side. */
  failures: unknown[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  upload(text: string, name?: string): Promise<string>;
  close(): Promise<void>;
};

/** The API on a real Redis and a real store, listening on a free port. */
export const openStage = async (environment: Record<string, string> = {}): Promise<Stage> => {
  const folder = await temporaryStore();
  const redis = await startTestRedis();
  const queues = connectQueues(redis.connection);
  await epoch(queues.redis).set('1');
  const { store } = folder;
  const providers = readProviders({ BATCHMILL_SIMULATOR_URL: 'http://127.0.0.1:9/v1' });
  const backends = await createBackends({ queues, store, providers });
  const failures: unknown[] = [];
  const silent = (): void => {};
  const log = {
    debug: silent,
    info: silent,
    warn: silent,
    error: (fields: object | string) => void failures.push(fields),
    fatal: silent,
    child: () => log,
  } as Logger;
  const config = configSchema.parse({
    REDIS_URL: 'unix:///unused',
    BATCHMILL_STORE: 'file:///unused',
    API_PORT: '0',
    API_MAX_UPLOAD_BYTES: '100000',
    ...environment,
  });
  const server = await startServer({ config, log, metrics: createMetrics(), backends });
  const call: Stage['call'] = async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string' || body instanceof Uint8Array;
    const type: Record<string, string> = body === undefined || isText ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: isText ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : null,
    };
  };
  return {
    url: server.url,
    backends,
    failures,
    call,
    async upload(text, name = 'rows.jsonl') {
      const { json } = await call('POST', `/v1/uploads?name=${encodeURIComponent(name)}`, text, {
        'content-type': 'text/plain',
      });
      return (json as { id: string }).id;
    },
    async close() {
      await server.close(1000);
      await queues.close();
      await redis.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
};

export const pipelineText = `
name: greetings
source: { format: jsonl, path: rows.jsonl }
key: "{{ id }}"
steps:
  - id: greet
    generate: { provider: simulator, model: gpt-4o-mini, prompt: "Greet {{ name }}", into: greeting }
output: { format: jsonl, file: out.jsonl }
`;

export const rows = '{"id":1,"name":"Ada"}\n{"id":2,"name":"Grace"}\n';
