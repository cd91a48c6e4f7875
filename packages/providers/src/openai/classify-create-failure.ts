import type { CreateBatchResult, Refusal } from '../batch-provider.ts';
import { objectAt, parseJson, textAt } from '../json-shapes.ts';
import { codeOf, scrubError, scrubText } from '../scrub.ts';
import { isMissingFile, isNoCredit, isPoolFull, readTokenLimit } from './error-codes.ts';
import { readRetryAfterMs } from './retry-after.ts';
import { ExchangeError } from './send-once.ts';
import type { HttpAnswer } from './send-once.ts';

/** The provider answered a create with something that is no batch. */
export class UnexpectedAnswer extends Error {
  readonly answer: HttpAnswer;
  constructor(answer: HttpAnswer, reason: string) {
    super(`status ${answer.status}: ${reason}`);
    this.name = 'UnexpectedAnswer';
    this.answer = answer;
  }
}

/** With the provider's own JSON error these statuses mean for certain that there is no batch (reliability.md 4.2). */
const CERTAIN_STATUSES = new Set([400, 401, 403, 404, 413, 422, 429]);
/** Raised before a connection exists. */
const NOT_CONNECTED_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH']);

/** A refusal becomes a small record. */
const MAX_MESSAGE_LENGTH = 2000;

/** Certain refusals by a closed list; whatever is unknown is ambiguous. */
export const classifyCreateFailure = (
  error: unknown,
  nowMs: number = Date.now(),
): Exclude<CreateBatchResult, { kind: 'accepted' }> => {
  if (error instanceof UnexpectedAnswer) {
    const refusal = certainRefusal(error.answer, nowMs);
    return refusal === null ? { kind: 'ambiguous', cause: scrubError(error) } : { kind: 'refused', refusal };
  }
  if (isNotReached(error)) {
    const code = codeOf(error) ?? 'not-reached';
    const detail = error instanceof Error ? error.message || code : String(error);
    return {
      kind: 'refused',
      refusal: { kind: 'not-reached', code, message: scrubText(`The provider was not reached: ${detail}`) },
    };
  }
  return { kind: 'ambiguous', cause: scrubError(error) };
};

const isNotReached = (error: unknown): boolean =>
  error instanceof ExchangeError ? !error.sent : NOT_CONNECTED_CODES.has(codeOf(error) ?? '');

const certainRefusal = (answer: HttpAnswer, nowMs: number): Refusal | null => {
  if (!CERTAIN_STATUSES.has(answer.status)) return null;
  const wire = objectAt(parseJson(answer.text), 'error');
  const message = textAt(wire, 'message');
  if (message === null) return null;
  const code = textAt(wire, 'code') ?? textAt(wire, 'type') ?? `http-${answer.status}`;
  const retryAfterMs = readRetryAfterMs((name) => singleHeader(answer.headers[name]), nowMs);
  const kind = refusalKind(answer.status, code, message);
  const limitTokens = kind === 'pool-full' ? readTokenLimit(message) : undefined;
  return {
    kind,
    code,
    message: scrubText(message).slice(0, MAX_MESSAGE_LENGTH),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(limitTokens === undefined ? {} : { limitTokens }),
  };
};

const singleHeader = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

const refusalKind = (status: number, code: string, message: string): Refusal['kind'] => {
  if (isPoolFull(code, message)) return 'pool-full';
  if (isNoCredit(code, message)) return 'no-credit';
  if (status === 429) return 'rate-limited';
  if (status === 401 || status === 403) return 'unauthorized';
  if (isMissingFile(message)) return 'fenced';
  return status === 404 ? 'other' : 'bad-input';
};
