/** What a handler is told besides its payload. */
export type HandlerContext = {
  /** Aborted when the message was lost to another worker or the process is closing: stop before the next effect and throw. */
  signal: AbortSignal;
  /** 1 for the first try; a postponed or handed-back message keeps its number. */
  attempt: number;
  /** How often the process has died during this message: then be careful, and find out at what. */
  crashes: number;
};

export type Done = { readonly kind: 'done' };
export type Postpone = { readonly kind: 'postpone'; readonly forMs: number };
export type HandlerOutcome = Done | Postpone;

/** The work is done, or there was nothing to do. */
export const done: Done = { kind: 'done' };

/** Not yet: run again in `forMs`, or at once when somebody sends the message again. Uses up no attempt. */
export const postpone = (forMs: number): Postpone => ({ kind: 'postpone', forMs });

/**
 * One idempotent piece of work: it may run twice, late, or beside itself. Anything thrown means "again, after a pause";
 * a PermanentError means "never again".
 */
export type Handler<Payload> = (payload: Payload, context: HandlerContext) => Promise<HandlerOutcome>;

/** Why work was given up for good. `crashed`: the process died again and again while at it. */
export type QuarantineReason = { code: string; message: string };
