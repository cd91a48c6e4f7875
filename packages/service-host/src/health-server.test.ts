import { afterEach, describe, expect, test } from 'vitest';
import { startHealthServer } from './health-server.ts';
import type { HealthServer } from './health-server.ts';
import { createMetrics } from './metrics.ts';

let server: HealthServer;
afterEach(() => server.close());

const start = async (ready: () => Promise<void>) => {
  const metrics = createMetrics();
  server = await startHealthServer({ host: '127.0.0.1', port: 0, ready, metrics });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { metrics, get };
};

describe('the health server', () => {
  test('is healthy while it answers, ready when the service says so, and tells why not', async () => {
    let reason: string | null = 'Redis did not answer';
    const { get } = await start(async () => {
      if (reason !== null) throw new Error(reason);
    });
    expect(await get('/healthz')).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect(await get('/readyz')).toEqual({
      status: 503,
      text: '{"status":"not ready","reason":"Redis did not answer"}',
    });
    reason = null;
    expect(await get('/readyz?verbose')).toMatchObject({ status: 200 });
    expect(await get('/')).toMatchObject({ status: 404 });
  });

  test('is not ready when the service does not answer in time', async () => {
    const { get } = await start(() => new Promise(() => undefined));
    expect(await get('/readyz')).toMatchObject({ status: 503 });
  });

  test('gives the metrics; the same name asked for twice is the same metric', async () => {
    const { metrics, get } = await start(async () => undefined);
    metrics.counter('rows_total', 'Rows', ['outcome']).inc(3, { outcome: 'ok' });
    metrics.counter('rows_total', 'Rows', ['outcome']).inc(1, { outcome: 'ok' });
    metrics.counter('plain_total', 'Plain').inc();
    metrics.gauge('open_jobs', 'Jobs').set(2);
    metrics.histogram('work_seconds', 'Work', { buckets: [1, 10] }).observe(3);
    const { text } = await get('/metrics');
    expect(text).toContain('rows_total{outcome="ok"} 4');
    expect(text).toContain('plain_total 1');
    expect(text).toContain('open_jobs 2');
    expect(text).toContain('work_seconds_bucket{le="10"} 1');
  });
});
