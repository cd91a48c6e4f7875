import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';

export type HealthServer = { port: number; close(): Promise<void> };

export type HealthOptions = {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** Throws while the service cannot work. */
  ready(): Promise<void>;
  metrics: Metrics;
};

const READY_TIMEOUT_MS = 2000;

/** `/healthz`: the process answers. `/readyz`: it can work. `/metrics`: for Prometheus. */
export const startHealthServer = async ({ host, port, ready, metrics }: HealthOptions): Promise<HealthServer> => {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response, ready, metrics).catch((error: unknown) => {
      send(response, 500, 'text/plain', String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const answer = async (
  url: string,
  response: ServerResponse,
  ready: () => Promise<void>,
  metrics: Metrics,
): Promise<void> => {
  switch (url.split('?', 1)[0]) {
    case '/healthz':
      return send(response, 200, 'application/json', '{"status":"ok"}');
    case '/readyz': {
      const reason = await whyNotReady(ready);
      const body = JSON.stringify(reason === null ? { status: 'ready' } : { status: 'not ready', reason });
      return send(response, reason === null ? 200 : 503, 'application/json', body);
    }
    case '/metrics':
      return send(response, 200, metrics.contentType, await metrics.text());
    default:
      return send(response, 404, 'text/plain', 'There are /healthz, /readyz and /metrics here.\n');
  }
};

const whyNotReady = async (ready: () => Promise<void>): Promise<string | null> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${READY_TIMEOUT_MS} ms`)), READY_TIMEOUT_MS);
  });
  try {
    await Promise.race([ready(), tooLate]);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
};

const send = (response: ServerResponse, status: number, type: string, body: string): void => {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': type }).end(body);
};
