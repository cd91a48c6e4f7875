import { expect, onTestFinished, test } from 'vitest';
import { startChatServer } from './start-chat-server.ts';
import type { ChatServer, ChatServerOptions } from './start-chat-server.ts';

const open = async (options: ChatServerOptions): Promise<ChatServer> => {
  const server = await startChatServer(options);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
};

const ask = (server: ChatServer, content = 'hello', row = content): Promise<Response> =>
  fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    headers: { 'x-client-request-id': row },
    body: JSON.stringify({ messages: [{ role: 'user', content }] }),
  });
const statuses = async (server: ChatServer, count: number): Promise<number[]> => {
  const seen: number[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    const response = await ask(server, `row ${sent}`);
    await response.text();
    seen.push(response.status);
  }
  return seen;
};

test('an answer tells its prompt again, and a row that is answered twice is counted', async () => {
  const server = await open({});
  const { choices } = (await (await ask(server)).json()) as { choices: { message: { content: string } }[] };
  expect(choices[0]?.message.content).toBe('answer to: hello');
  await ask(server);
  expect(server.figures()).toMatchObject({ requests: 2, admitted: 2, answered: 2, answeredAgain: 1 });
});

test('above its rate it refuses, closes for Retry-After, and tells what is left', async () => {
  const server = await open({ requestsPerSecond: 0.001, burst: 2, retryAfterSeconds: 60 });
  const first = await ask(server);
  expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
  expect(await statuses(server, 3)).toEqual([200, 429, 429]);
  const refused = await ask(server);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(58);
  expect(server.figures()).toMatchObject({ admitted: 2, overRate: 1, windows: 1 });
});

test('what it would have let in grows with time, but for what a refusal that was put in has cost', async () => {
  const server = await open({ requestsPerSecond: 1000, burst: 5, retryAfterSeconds: 60, faults: { refused: 1 } });
  await statuses(server, 2);
  const { offered } = server.figures();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await statuses(server, 1);
  // the second request found it closed; it has saved up no more than it can
  expect(server.figures().offered - offered).toBeLessThanOrEqual(5);
});

test('a prompt can ask for an error of its own', async () => {
  const server = await open({});
  expect((await ask(server, 'x [400]')).status).toBe(400);
  expect((await ask(server, 'x [500]')).status).toBe(500);
  expect(server.figures().answered).toBe(0);
});

test.each([
  ['cut', 'fetch failed'],
  ['cutInside', 'terminated'],
] as const)('%s is no answer', async (fault, message) => {
  const server = await open({ faults: { [fault]: 1 } });
  await expect(ask(server).then((response) => response.json())).rejects.toThrow(message);
  expect(server.figures()).toMatchObject({ admitted: 1, answered: 0 });
});

test.each(['stalled', 'stalledInside'] as const)('%s ends with the patience of the client', async (fault) => {
  const server = await open({ faults: { [fault]: 1 } });
  const signal = AbortSignal.timeout(100);
  const body = JSON.stringify({ messages: [] });
  const answer = fetch(`${server.url}/chat/completions`, { method: 'POST', body, signal });
  await expect(answer.then((response) => response.json())).rejects.toThrow('timeout');
});
