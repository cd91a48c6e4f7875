import { InputError, PermanentError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { isRedisFull, QueueUnavailableError } from '@batchmill/queue';

/** An answer with a 4xx: stable code, a sentence, and what to change. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly Problem[];
  constructor(status: number, code: string, message: string, details: readonly Problem[] = []) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** `remedy`: where to look for what there is. */
export const notFound = (what: string, remedy = 'GET /v1/jobs lists the jobs'): ApiError =>
  new ApiError(404, 'not-found', `there is no ${what}`, [
    { code: 'not-found', message: `there is no ${what}`, remedy },
  ]);

export const invalidCursor = (): ApiError =>
  new ApiError(400, 'invalid-cursor', 'this cursor is none of ours', [
    {
      code: 'invalid-cursor',
      message: 'this cursor is none of ours',
      remedy: 'Send the cursor of the page before as it is, or none for the first page',
    },
  ]);

export type ErrorAnswer = { status: number; body: { error: { code: string; message: string; details: Problem[] } } };

/** Every error as status and body. What we do not know is a 500 without details; the log has them. */
export const errorAnswer = (error: unknown): ErrorAnswer => {
  if (error instanceof ApiError) return answer(error.status, error.code, error.message, error.details);
  if (error instanceof InputError) {
    const [first] = error.problems;
    return answer(422, first?.code ?? 'invalid-input', first?.message ?? error.message, error.problems);
  }
  if (error instanceof PermanentError) return answer(422, error.code, error.message);
  if (isClientError(error)) {
    const { code, remedy } = UNREADABLE[error.code ?? ''] ?? { code: 'bad-request', remedy: SEE_DOCS };
    return answer(error.statusCode, code, error.message, [{ code, message: error.message, remedy }]);
  }
  if (error instanceof QueueUnavailableError) {
    const reason = isRedisFull(error) ? 'Redis is full' : 'Redis does not answer';
    return answer(503, 'redis-unavailable', `${reason}: nothing is lost; send the request again later`);
  }
  const full = diskProblem(error);
  if (full !== undefined) return answer(507, full.code, full.message, [full]);
  return answer(500, 'internal', 'something went wrong on our side; the log of the api service says what');
};

/** Of the disk below the store: the caller cannot help it, but whoever runs the service can. */
const diskProblem = (error: unknown): Problem | undefined => {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return diskProblem(error.cause);
  const message = 'the disk of the store is full';
  return { code: 'disk-full', message, remedy: 'Make room there and send it again, or use a store on another disk' };
};

const answer = (status: number, code: string, message: string, details: readonly Problem[] = []): ErrorAnswer => ({
  status,
  body: { error: { code, message, details: [...details] } },
});

const SEE_DOCS = 'See /docs for what this request takes';

/** What the web framework refuses before a request is looked at, by its name for it. */
const UNREADABLE: Record<string, { code: string; remedy: string }> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'invalid-json', remedy: 'Send a body that is JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'empty-body',
    remedy: 'Send a JSON body, or leave out the content-type where none is needed',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported-media-type', remedy: 'Send it as application/json' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body-too-large', remedy: 'Send data as an upload: POST /v1/uploads' },
};

/** Errors of the web framework about the request carry their status. */
const isClientError = (error: unknown): error is Error & { statusCode: number; code?: string } =>
  error instanceof Error &&
  'statusCode' in error &&
  typeof error.statusCode === 'number' &&
  error.statusCode >= 400 &&
  error.statusCode < 500;
