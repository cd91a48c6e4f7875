/** What the provider says is left of one limit, and when it is full again (ms from the answer). */
export type Allowance = { limit: number; remaining: number; resetMs: number };

/** Of its `x-ratelimit-*` headers; a limit it does not name is absent. */
export type RateLimits = { requests?: Allowance; tokens?: Allowance };

export const PASSING_REASONS = ['rate-limited', 'server-error', 'timeout', 'connection'] as const;
/** `server-error`: a status of 5xx, 408 or 409, or a success that holds no answer. `connection`: it was cut or refused. */
export type PassingReason = (typeof PASSING_REASONS)[number];

/** What became of one request. `line` stands as it would in the output or error file of a batch, without a line break. */
export type ChatAnswer =
  | { kind: 'answered'; line: string; limits: RateLimits }
  /** An error of this request alone: the same again would come to the same. */
  | { kind: 'failed'; line: string; limits: RateLimits }
  /** The same request may succeed later; `line` is for whoever does not ask again. Nobody knows whether it was paid. */
  | {
      kind: 'passing';
      reason: PassingReason;
      message: string;
      line: string;
      limits: RateLimits;
      /** Until then nobody may ask anything of this account. */
      retryAfterMs?: number;
    }
  /** Nothing of this account is answered before its owner acts: the key is refused, or there is no credit. */
  | { kind: 'blocked'; message: string };

/** A provider that answers one request at a time. */
export interface ChatProvider {
  /** As in the pipeline: `openai`, `simulator`. */
  readonly name: string;
  /** Stable id of the account the key belongs to: 12 hex digits, never the key. Limits hold per account. */
  readonly account: string;
  /** Sends exactly once. Throws only the reason of an aborted `signal`. */
  send(request: {
    customId: string;
    /** Path of the API as in a batch line: `/v1/chat/completions`. */
    endpoint: string;
    body: object;
    /** Limit for the whole exchange. */
    timeoutMs: number;
    signal: AbortSignal;
  }): Promise<ChatAnswer>;
}
