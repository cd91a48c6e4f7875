import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { requests, simulatorInTest } from '../simulator-in-test.ts';

type Delivery = { headers: IncomingHttpHeaders; body: string };

/** A server that answers with these statuses in turn, and the last for ever. */
const receiver = async (...statuses: number[]) => {
  const received: Delivery[] = [];
  let told: (() => void) | null = null;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      response.writeHead(statuses[Math.min(received.length, statuses.length - 1)] ?? 200).end();
      received.push({ headers: request.headers, body });
      told?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    until: async (count: number): Promise<Delivery[]> => {
      while (received.length < count) await new Promise<void>((resolve) => (told = resolve));
      return received;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe('webhooks', () => {
  it('tell of an ended batch, signed over id, time and body', async () => {
    await using simulator = await simulatorInTest();
    await using hook = await receiver(200);
    const secret = `whsec_${Buffer.from('a secret').toString('base64')}`;
    await simulator.post('/_simulator/webhooks', { url: hook.url, secret });
    const batch = await simulator.runBatch(requests(1));
    const [delivery] = (await hook.until(1)) as [Delivery];
    const event = JSON.parse(delivery.body) as { id: string };
    expect(event).toMatchObject({ object: 'event', type: 'batch.completed', data: { id: batch.id } });
    expect(delivery.headers['webhook-id']).toBe(event.id);
    const signed = `${event.id}.${String(delivery.headers['webhook-timestamp'])}.${delivery.body}`;
    const signature = createHmac('sha256', 'a secret').update(signed).digest('base64');
    expect(delivery.headers['webhook-signature']).toBe(`v1,${signature}`);
  });

  it('come twice where they are told to, under the same id', async () => {
    await using simulator = await simulatorInTest();
    await using hook = await receiver(200);
    await simulator.post('/_simulator/webhooks', { url: hook.url, duplicateRate: 1, delayMs: [0, 20] });
    await simulator.toEnd((await simulator.create('file-unknown')).id);
    const deliveries = await hook.until(2);
    expect(deliveries[0]?.body).toBe(deliveries[1]?.body);
    expect(deliveries[0]?.body).toContain('batch.failed');
  });

  it('are tried again until they are taken', async () => {
    await using simulator = await simulatorInTest();
    await using hook = await receiver(500, 302, 200);
    await simulator.post('/_simulator/webhooks', { url: hook.url });
    await simulator.runBatch(requests(1));
    const ids = (await hook.until(3)).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
  });

  it('refuse settings that make no sense', async () => {
    await using simulator = await simulatorInTest();
    expect((await simulator.post('/_simulator/webhooks', { url: 'nowhere' })).status).toBe(400);
    expect((await simulator.get('/_simulator/webhooks')).body).toMatchObject({ url: null });
  });
});
