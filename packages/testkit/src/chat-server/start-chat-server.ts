import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createAllowance } from './allowance.ts';
import { faultDrawer, FIXED_FAULTS } from './chat-faults.ts';
import type { ChatFault, ChatFaults } from './chat-faults.ts';
import type { ChatFigures } from './chat-figures.ts';

export type ChatServerOptions = {
  /** Default: no limit. */
  requestsPerSecond?: number;
  /** Requests that may come at once, above the rate. */
  burst?: number;
  latencyMs?: number;
  /** Whether answers tell what is left of the rate. */
  tellsRate?: boolean;
  retryAfterSeconds?: number;
  faults?: ChatFaults;
  seed?: number;
};

export type ChatServer = {
  /** Base URL, with `/v1`. */
  url: string;
  figures(): ChatFigures;
  /** Resolves once so many requests were let in. */
  admitted(count: number): Promise<void>;
  setFaults(faults: ChatFaults): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * A request may be on its way when the refusal of another one leaves, and on a busy machine for long: within this time it
 * breaks no promise.
 */
const GRACE_MS = 1000;

/** An OpenAI-compatible server for single requests that refuses, fails, stalls and cuts, and counts what comes. */
export const startChatServer = async (options: ChatServerOptions = {}): Promise<ChatServer> => {
  const { requestsPerSecond = 1e6, latencyMs = 0, tellsRate = true, retryAfterSeconds = 2, seed = 1 } = options;
  const allowance = createAllowance({ requestsPerSecond, burst: options.burst ?? requestsPerSecond });
  const draw = faultDrawer(seed);
  const answeredRows = new Set<string>();
  const waiting = new Set<{ count: number; resolve: () => void }>();
  const figures: ChatFigures = {
    ...{ requests: 0, admitted: 0, answered: 0, answeredAgain: 0, overRate: 0, mostUnderWay: 0 },
    ...{ insideWindows: 0, windows: 0, offered: 0, firstAtMs: 0, lastAtMs: 0 },
  };
  let faults = options.faults ?? {};
  let underWay = 0;
  let closedFromMs = 0;

  const refuse = (response: ServerResponse, nowMs: number, isFault: boolean): void => {
    figures.windows += 1;
    closedFromMs = nowMs;
    allowance.close(nowMs, nowMs + retryAfterSeconds * 1000, isFault);
    const headers = { 'retry-after': String(retryAfterSeconds) };
    sendError(response, 429, 'rate_limit_exceeded', 'Rate limit reached.', headers);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const nowMs = performance.now();
    figures.requests += 1;
    if (figures.firstAtMs === 0) figures.firstAtMs = nowMs;
    figures.lastAtMs = nowMs;
    underWay += 1;
    figures.mostUnderWay = Math.max(figures.mostUnderWay, underWay);
    response.once('close', () => (underWay -= 1));
    const body = JSON.parse(await readAll(request)) as { messages: { content: string }[] };
    figures.offered = allowance.offered(nowMs);
    if (nowMs < allowance.closedUntilMs) {
      if (nowMs - closedFromMs > GRACE_MS) figures.insideWindows += 1;
      const leftSeconds = Math.ceil((allowance.closedUntilMs - nowMs) / 1000);
      return sendError(response, 429, 'rate_limit_exceeded', 'Closed.', { 'retry-after': String(leftSeconds) });
    }
    if (!allowance.take(nowMs)) {
      figures.overRate += 1;
      return refuse(response, nowMs, false);
    }
    figures.admitted += 1;
    for (const one of waiting) if (figures.admitted >= one.count) one.resolve();
    const fault = draw(faults);
    if (fault === 'refused') return refuse(response, nowMs, true);
    if (fault === 'stalled') return;
    await delay(latencyMs);
    if (fault === 'cut') return void request.socket.destroy();
    if (fault === 'serverError') return sendError(response, 500, 'server_error', 'The server had an error.');
    const prompt = body.messages.at(-1)?.content ?? '';
    const fixed = Object.entries(FIXED_FAULTS).find(([mark]) => prompt.includes(mark))?.[1];
    if (fixed !== undefined) return sendError(response, fixed.status, fixed.code, fixed.message);
    const headers = tellsRate ? allowance.headers(performance.now()) : {};
    sendAnswer(response, prompt, headers, fault);
    if (fault !== null) return;
    const row = String(request.headers['x-client-request-id'] ?? prompt);
    figures.answered += 1;
    if (answeredRows.has(row)) figures.answeredAgain += 1;
    answeredRows.add(row);
  };

  const server = createServer((request, response) => {
    // whoever asks what models there are only wants to know whether the key is good
    if (request.method === 'GET') return void response.end('{"object":"list","data":[]}');
    answer(request, response).catch(() => request.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    figures: () => ({ ...figures }),
    admitted: (count) =>
      new Promise((resolve) => {
        if (figures.admitted >= count) resolve();
        else waiting.add({ count, resolve });
      }),
    setFaults: (next) => {
      faults = next;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const readAll = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
};

const sendError = (response: ServerResponse, status: number, code: string, message: string, headers = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message, type: code, param: null, code } }));
};

/** The text tells the prompt again, so that a test knows which answer is whose. */
const sendAnswer = (response: ServerResponse, prompt: string, headers: object, fault: ChatFault | null): void => {
  const message = { role: 'assistant', content: `answer to: ${prompt}`, refusal: null };
  const text = JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  });
  const body = Buffer.from(text);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length, ...headers });
  if (fault === null) return void response.end(body);
  response.write(body.subarray(0, body.length / 2));
  if (fault === 'cutInside') setImmediate(() => response.socket?.destroy());
};
