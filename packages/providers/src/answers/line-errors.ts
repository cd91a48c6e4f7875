import type { Usage } from '@batchmill/contracts';
import { objectAt, textAt } from '../json-shapes.ts';
import type { JsonObject } from '../json-shapes.ts';
import { isNoCredit } from '../openai/error-codes.ts';
import type { LineError } from './read-line.ts';

/** Codes of requests that never got an HTTP answer, or whose answer holds an error (providers.md 1.8). */
const PERMANENT_CODES = new Set([
  'invalid_request',
  'invalid_request_error',
  'invalid_prompt',
  'invalid_url',
  'model_not_found',
  'context_length_exceeded',
  'content_policy_violation',
  'invalid_api_key',
]);

/** A request that failed outside HTTP. A code nobody knows may be asked again: nothing was answered, nothing paid. */
export const codeError = (code: string, message: string, status?: number): LineError => {
  const base = { kind: 'error', code, message, ...(status === undefined ? {} : { status }) } as const;
  if (code === 'batch_expired') return { ...base, outcome: 'expired', retryable: true };
  if (code === 'batch_cancelled') return { ...base, outcome: 'cancelled', retryable: false };
  return { ...base, outcome: 'failed', retryable: !PERMANENT_CODES.has(code) && !isNoCredit(code, message) };
};

/** A request with an HTTP answer that is no success. Status 0 has been seen for calls that never came through. */
export const statusError = (status: number, body: unknown, lineError: JsonObject | null): LineError => {
  const error = objectAt(body, 'error') ?? lineError;
  const code = textAt(error, 'code') ?? textAt(error, 'type') ?? `http-${status}`;
  const message = textAt(error, 'message') ?? (typeof body === 'string' ? body.slice(0, 500) : `Status ${status}.`);
  const passing = status < 400 || status === 408 || status === 409 || status === 429 || status >= 500;
  return {
    kind: 'error',
    outcome: 'failed',
    code,
    message,
    retryable: passing && !isNoCredit(code, message),
    status,
  };
};

/** A success whose answer cannot be used; its tokens are paid. */
export const unusableAnswer = (code: string, message: string, usage: Usage): LineError => ({
  kind: 'error',
  outcome: 'invalid',
  code,
  message,
  retryable: true,
  status: 200,
  usage,
});
