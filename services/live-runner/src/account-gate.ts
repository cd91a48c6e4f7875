import type { ChatAnswer } from '@batchmill/providers';
import { createAllowanceMirror } from './allowance-mirror.ts';
import type { AllowanceMirror } from './allowance-mirror.ts';

/** What is to be sent: its model, and prompt and answer tokens as the provider counts them beforehand, about. */
export type Load = { model: string; tokens: number };

/** One request on its way. */
export type Pass = Load & { sentAtMs: number };

/** Everything that one process sends to one account goes through one gate. */
export type AccountGate = {
  /** Resolves when one more request may be sent; throws the signal's reason. Those that were sent before come first. */
  enter(load: Load, options: { again: boolean; signal: AbortSignal }): Promise<Pass>;
  /** The request has ended; null: given up without an answer. */
  leave(pass: Pass, answer: ChatAnswer | null): void;
  readonly underWay: number;
  /** Requests that may be under way now: fewer than the limit at the beginning, and after a refusal. */
  readonly allowed: number;
};

export type GateOptions = { limit: number; monotonicMs: () => number; random: () => number };

/** Who begins with all at once may be over the rate before the first answer tells it. */
const FIRST_ALLOWED = 8;
/** After a refusal fewer are allowed; where the provider does not tell its limit they begin with fewer still. */
const SLOW_DOWN = 0.8;
const RESTART = 0.25;
/** Where the provider does not say for how long it wants peace: doubled each time, up to the maximum. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Until somebody has acted, asking again only shows the same refusal. */
export const BLOCKED_PAUSE_MS = 30_000;
/** A timer may ring a little early, and the provider's clock began later than ours. */
const PAUSE_MARGIN_MS = 20;
/** Longest a timer can be set to. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Waiter = { load: Load; resolve: (pass: Pass) => void };

export const createAccountGate = ({ limit, monotonicMs, random }: GateOptions): AccountGate => {
  const waiting = { again: new Set<Waiter>(), fresh: new Set<Waiter>() };
  const mirrors = new Map<string, { requests: AllowanceMirror; tokens: AllowanceMirror }>();
  let underWay = 0;
  let allowed = Math.min(limit, FIRST_ALLOWED);
  let pausedUntilMs = 0;
  // below it each answer allows one more; above it each round of answers
  let cautiousFrom = limit;
  let slowedAtMs = Number.NEGATIVE_INFINITY;
  let refusalsInARow = 0;
  let timer: NodeJS.Timeout | undefined;

  const mirrorOf = ({ model }: Load) => {
    const mirror = mirrors.get(model) ?? { requests: createAllowanceMirror(), tokens: createAllowanceMirror() };
    mirrors.set(model, mirror);
    return mirror;
  };

  const letIn = (): void => {
    clearTimeout(timer);
    timer = undefined;
    while (underWay < Math.floor(allowed)) {
      const line = waiting.again.size > 0 ? waiting.again : waiting.fresh;
      const [first] = line;
      if (first === undefined) return;
      const { load } = first;
      const now = monotonicMs();
      const { requests, tokens } = mirrorOf(load);
      const waitMs = Math.max(pausedUntilMs - now, requests.waitMs(now, 1), tokens.waitMs(now, load.tokens));
      if (waitMs > 0) {
        // answers that have come meanwhile are read first: one of them may be a refusal
        timer = setTimeout(() => setImmediate(letIn), Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS));
        return;
      }
      line.delete(first);
      underWay += 1;
      requests.sent(now, 1);
      tokens.sent(now, load.tokens);
      first.resolve({ ...load, sentAtMs: now });
    }
  };

  const pause = (forMs: number): void => {
    pausedUntilMs = Math.max(pausedUntilMs, monotonicMs() + forMs);
  };

  /** Refusals of requests that were sent before the last slow-down say nothing new. */
  const slowDown = (pass: Pass, retryAfterMs: number | undefined): void => {
    const isNew = pass.sentAtMs >= slowedAtMs;
    const mirror = mirrorOf(pass).requests;
    if (isNew) {
      slowedAtMs = monotonicMs();
      cautiousFrom = Math.max(1, allowed * SLOW_DOWN);
      allowed = mirror.isTold ? cautiousFrom : Math.max(1, allowed * RESTART);
      refusalsInARow += 1;
    }
    if (retryAfterMs !== undefined) pause(retryAfterMs + PAUSE_MARGIN_MS);
    else if (isNew) {
      const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(refusalsInARow - 1, 20), LONGEST_PAUSE_MS);
      pause(longestMs * (0.5 + random() / 2));
    }
    if (isNew) mirror.empty(pausedUntilMs);
  };

  const learn = (pass: Pass, answer: ChatAnswer | null): void => {
    const limits = answer !== null && 'limits' in answer ? answer.limits : {};
    const { requests, tokens } = mirrorOf(pass);
    const { sentAtMs } = pass;
    requests.ended(monotonicMs(), { sentAtMs, amount: 1 }, limits.requests);
    tokens.ended(monotonicMs(), { sentAtMs, amount: pass.tokens }, limits.tokens);
    if (answer?.kind === 'blocked') pause(BLOCKED_PAUSE_MS);
    if (answer?.kind === 'answered') {
      allowed = Math.min(limit, allowed + (allowed < cautiousFrom ? 1 : 1 / allowed));
      refusalsInARow = 0;
    }
    if (answer?.kind === 'passing' && (answer.reason === 'rate-limited' || answer.retryAfterMs !== undefined))
      slowDown(pass, answer.retryAfterMs);
  };

  return {
    get underWay() {
      return underWay;
    },
    get allowed() {
      return Math.floor(allowed);
    },
    enter: (load, { again, signal }) => {
      signal.throwIfAborted();
      const line = again ? waiting.again : waiting.fresh;
      const { promise, resolve, reject } = Promise.withResolvers<Pass>();
      const waiter: Waiter = {
        load,
        resolve: (pass) => {
          signal.removeEventListener('abort', giveUp);
          resolve(pass);
        },
      };
      const giveUp = (): void => {
        line.delete(waiter);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', giveUp, { once: true });
      line.add(waiter);
      letIn();
      return promise;
    },
    leave: (pass, answer) => {
      underWay -= 1;
      learn(pass, answer);
      letIn();
    },
  };
};
