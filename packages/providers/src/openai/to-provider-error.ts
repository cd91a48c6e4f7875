import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { objectAt, parseJson, textAt } from '../json-shapes.ts';
import { ProviderError } from '../provider-error.ts';
import type { ProviderErrorKind } from '../provider-error.ts';
import { codeOf, scrubError, scrubText } from '../scrub.ts';
import { isNoCredit } from './error-codes.ts';
import { readRetryAfterMs } from './retry-after.ts';
import { ExchangeError } from './send-once.ts';
import type { HttpAnswer } from './send-once.ts';

/**
 * Errors of the SDK, of the connection and of answers as ProviderError, without the key.
 * An error of somebody else (the source of an upload, an aborted signal's reason) passes unchanged.
 */
export const toProviderError = (error: unknown, apiKey: string): unknown => {
  if (error instanceof ProviderError || error instanceof APIUserAbortError) return error;
  if (error instanceof APIConnectionError || error instanceof ExchangeError) return connectionError(error, apiKey);
  if (error instanceof APIError && typeof error.status === 'number') {
    const { headers } = error;
    return statusError({
      status: error.status,
      code: error.code ?? error.type ?? undefined,
      message: error.message,
      header: (name) => headers?.get(name),
      apiKey,
      cause: error,
    });
  }
  return error;
};

/** The bytes of an answer stopped before their end. */
export const connectionError = (error: unknown, apiKey: string): ProviderError => {
  const timedOut = error instanceof APIConnectionTimeoutError || /tim(ed|e) ?out|silent for/i.test(String(error));
  const code = codeOf(error) ?? (timedOut ? 'timeout' : 'connection-failed');
  const detail = scrubText(deepestMessage(error), apiKey);
  return new ProviderError(`The connection to the provider failed (${code}): ${detail}`, {
    kind: 'unavailable',
    code,
    retryable: true,
    cause: scrubError(error, apiKey),
  });
};

/** An answer that is no success. */
export const answerError = (answer: HttpAnswer, apiKey: string): ProviderError => {
  const wire = objectAt(parseJson(answer.text), 'error');
  return statusError({
    status: answer.status,
    code: textAt(wire, 'code') ?? textAt(wire, 'type') ?? undefined,
    message: textAt(wire, 'message') ?? answer.text.slice(0, 200),
    header: (name) => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    apiKey,
  });
};

type StatusFailure = {
  status: number;
  code: string | undefined;
  message: string;
  header: (name: string) => string | null | undefined;
  apiKey: string;
  cause?: unknown;
};

const statusError = ({ status, code, message, header, apiKey, cause }: StatusFailure): ProviderError => {
  const noCredit = isNoCredit(code ?? '', message);
  return new ProviderError(
    `The provider answered with status ${status}: ${scrubText(inWords(message, status), apiKey)}`,
    {
      kind: kindOf(status),
      code: code ?? `http-${status}`,
      retryable: !noCredit && (status === 408 || status === 409 || status === 429 || status >= 500),
      status,
      retryAfterMs: readRetryAfterMs(header, Date.now()),
      cause: cause === undefined ? undefined : scrubError(cause, apiKey),
    },
  );
};

/** Without the status, which the SDK puts first, and without the tags of a page for people. */
const inWords = (message: string, status: number): string => {
  const isPage = /<(?:html|!doctype|head|body)\b/i.test(message);
  const title = /<title>([^<]*)/i.exec(message)?.[1];
  const text = isPage ? (title ?? message.replaceAll(/<[^>]*>/g, ' ')) : message;
  const words = text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(new RegExp(`^${status}\\s+`), '')
    .replace(/\.+$/, '');
  return isPage ? `${words.slice(0, 200)} (a web page, not an answer of the API)` : words;
};

const kindOf = (status: number): ProviderErrorKind => {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not-found';
  if (status === 429) return 'rate-limited';
  if (status === 408 || status === 409 || status >= 500) return 'unavailable';
  return status >= 400 ? 'bad-request' : 'other';
};

const deepestMessage = (error: unknown): string => {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message || current.name : String(current);
};
