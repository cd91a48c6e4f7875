import type { Head } from './request-head.ts';

/** `what` goes on after "the picture at …"; `mayPass`: it is worth another try. */
export type LinkFailure = { code: string; what: string; mayPass?: boolean; retryAfterMs?: number };

const dead = (what: string): LinkFailure => ({ code: 'image-link-dead', what });
const unanswered = (what: string): LinkFailure => ({
  code: 'image-link-unanswered',
  what: `${what}, also when asked again; a retry of the job looks anew`,
  mayPass: true,
});

const PRIVATE =
  'Give it as a file or as s3://bucket/key, or have its host added to IMAGE_LINK_ALLOW where the server is started';
const FORBIDDEN =
  'a provider cannot fetch it either. Give it as a file or as s3://bucket/key, or with a link that is public';

const NOT_FOUND = ['ENOTFOUND', 'EAI_NONAME', 'EAI_NODATA'];
const MAY_PASS = ['EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EMFILE', 'ENFILE'];

/** What comes of a link that gives no picture. */
export const linkFailure = {
  dead,
  refused: (why: string): LinkFailure => ({ code: 'image-link-private', what: `${why}. ${PRIVATE}` }),
  tooSlow: (ms: number): LinkFailure => unanswered(`did not answer within ${ms} ms`),

  /** null: the answer has a body to look at. */
  ofStatus: ({ status, headers }: Pick<Head, 'status' | 'headers'>): LinkFailure | null => {
    // asked for the first bytes of nothing
    if ((status >= 200 && status < 300) || status === 416) return null;
    if ([401, 403, 407, 451].includes(status)) {
      return { code: 'image-link-forbidden', what: `is not public (status ${status}): ${FORBIDDEN}` };
    }
    if (![408, 425, 429].includes(status) && status < 500) {
      return dead([404, 410].includes(status) ? `is not there (status ${status})` : `was refused (status ${status})`);
    }
    const seconds = Number(headers['retry-after']);
    return {
      ...unanswered(`was answered with status ${status}`),
      ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}),
    };
  },

  ofError: (error: unknown): LinkFailure => {
    const { code, message } = firstOf(error);
    if (NOT_FOUND.includes(code)) return dead('cannot be reached: there is no host of that name');
    if (code === 'ECONNREFUSED') return dead('cannot be reached: the connection was refused');
    return MAY_PASS.includes(code) ? unanswered(`cannot be reached (${code})`) : dead(`cannot be fetched: ${message}`);
  },
};

/** Where a host has several addresses, the error of each is inside. */
const firstOf = (error: unknown): { code: string; message: string } => {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  if (!(inner instanceof Error)) return { code: '', message: String(inner) };
  return { code: 'code' in inner ? String(inner.code) : '', message: inner.message };
};
