import { APIError } from 'openai';
import type { OpenAI } from 'openai';
import type { ChatAnswer, ChatProvider, PassingReason } from '../chat-provider.ts';
import { isObject, parseJson } from '../json-shapes.ts';
import { ProviderError } from '../provider-error.ts';
import { scrubText } from '../scrub.ts';
import { answerLine, errorLine, statusLine } from './chat-line.ts';
import { isNoCredit } from './error-codes.ts';
import { readRateLimits } from './rate-limits.ts';
import { connectionError, toProviderError } from './to-provider-error.ts';

type Request = Parameters<ChatProvider['send']>[0];

/** One request, sent once. Its time limit holds to the last byte of the answer; the SDK's own only to the first. */
export const sendChat = async (client: OpenAI, apiKey: string, request: Request): Promise<ChatAnswer> => {
  const { signal, timeoutMs } = request;
  signal.throwIfAborted();
  const exchange = new AbortController();
  const giveUp = (): void => exchange.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    exchange.abort();
  }, timeoutMs);
  try {
    return await exchangeOnce(client, request, exchange.signal, timeoutMs);
  } catch (error) {
    if (signal.aborted && !isLate) throw signal.reason;
    return isLate ? lateAnswer(request) : failureOf(error, request.customId, apiKey);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
};

const exchangeOnce = async (
  client: OpenAI,
  { customId, endpoint, body }: Request,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<ChatAnswer> => {
  const response = await client
    .post(endpoint.replace(/^\/v1(?=\/)/, ''), {
      body,
      signal,
      maxRetries: 0,
      // the whole exchange has the limit; this one must not be first
      timeout: timeoutMs * 2,
      // lets a provider's support, and the simulator's meter, tell the row
      headers: { 'x-client-request-id': customId },
    })
    .asResponse();
  const limits = readRateLimits((name) => response.headers.get(name));
  const text = await response.text();
  const parsed = parseJson(text);
  if (isObject(parsed)) {
    const requestId = response.headers.get('x-request-id');
    return { kind: 'answered', line: answerLine(customId, requestId, JSON.stringify(parsed)), limits };
  }
  const message = 'the provider answered with something that is no JSON object';
  return { kind: 'passing', reason: 'server-error', message, line: errorLine(customId, 'no-body', message), limits };
};

const lateAnswer = ({ customId, timeoutMs }: Request): ChatAnswer => {
  const message = `no whole answer within ${timeoutMs} ms`;
  return {
    kind: 'passing',
    reason: 'timeout',
    message,
    line: errorLine(customId, 'request_timeout', message),
    limits: {},
  };
};

const failureOf = (error: unknown, customId: string, apiKey: string): ChatAnswer => {
  if (!(error instanceof APIError) || typeof error.status !== 'number') {
    const { code, message } = connectionError(error, apiKey);
    return { kind: 'passing', reason: 'connection', message, line: errorLine(customId, code, message), limits: {} };
  }
  const { status, headers } = error;
  const known = toProviderError(error, apiKey);
  if (!(known instanceof ProviderError)) throw error;
  const { message, retryable, retryAfterMs } = known;
  if (status === 401 || status === 402 || isNoCredit(known.code, message)) return { kind: 'blocked', message };
  const line = statusLine(customId, status, bodyOf(error), apiKey);
  const limits = readRateLimits((name) => headers?.get(name));
  if (!retryable) return { kind: 'failed', line, limits };
  return {
    kind: 'passing',
    reason: reasonOf(status),
    message,
    line,
    limits,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
};

const reasonOf = (status: number): PassingReason => (status === 429 ? 'rate-limited' : 'server-error');

/** As the provider sent it, where that was JSON in the usual shape. */
const bodyOf = ({ error, message }: APIError): unknown =>
  error === undefined ? scrubText(message) : { error: error as unknown };
