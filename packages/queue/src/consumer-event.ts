/** What a consumer tells about its messages; `messageId` is the contract's, durations in milliseconds. */
export type ConsumerEvent = { queue: string } & (
  | { kind: 'done'; messageId: string; tookMs: number }
  | { kind: 'postponed'; messageId: string; tookMs: number; forMs: number }
  | { kind: 'failed'; messageId: string; tookMs: number; error: unknown; attempt: number; attemptsLeft: number }
  | { kind: 'quarantined'; messageId: string; code: string; message: string }
  | { kind: 'handed-back'; messageId: string }
  /** Another worker may have the message by now. */
  | { kind: 'lock-lost'; messageId: string }
  /** The payload does not fit the contract; the message is dropped. */
  | { kind: 'unreadable'; messageId: string; error: unknown }
  /** It had not asked for work for so long, though Redis was there, and has begun anew; `times` in a row without effect. */
  | { kind: 'replaced'; silentMs: number; times: number }
  /** Redis is in trouble. At most one in ten seconds with the same text. */
  | { kind: 'error'; error: Error }
);

export type TellEvent = (event: ConsumerEvent) => void;

/** Passes one error in ten seconds of the same text: a lost Redis makes thousands of them in a second. */
export const rateLimitedErrors = (queue: string, tell: TellEvent, now: () => number): ((error: Error) => void) => {
  const toldAt = new Map<string, number>();
  return (error) => {
    const last = toldAt.get(error.message);
    if (last !== undefined && now() - last < 10_000) return;
    if (toldAt.size > 100) toldAt.clear();
    toldAt.set(error.message, now());
    tell({ queue, kind: 'error', error });
  };
};
