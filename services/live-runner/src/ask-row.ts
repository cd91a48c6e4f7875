import type { ChatProvider, PassingReason } from '@batchmill/providers';
import { setTimeout as delay } from 'node:timers/promises';
import type { AccountGate, Load } from './account-gate.ts';

/** One line of a part's requests. */
export type LiveRequest = Load & { line: number; customId: string; body: object };

export type Settled = { kind: 'output' | 'errors'; text: string };

export type AskPorts = {
  chat: ChatProvider;
  gate: AccountGate;
  settings: { requestTimeoutMs: number; retryMs: number };
  monotonicMs: () => number;
  random: () => number;
  /** A failure after which the request is sent again. */
  retried(reason: PassingReason, message: string): void;
  answered(): void;
};

export type Asking = {
  endpoint: string;
  /** Nothing is sent any more. */
  stop: AbortSignal;
  /** What is under way is given up. */
  abandon: AbortSignal;
};

/** The provider answers nothing of this account before its owner acts. */
export class BlockedError extends Error {}

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 20_000;

/**
 * Asks one row until it has a line: its answer, an error of its own, or the last of the errors that may pass, once its
 * time is over. Throws the reason of a signal, or a BlockedError.
 */
export const askRow = async (ports: AskPorts, request: LiveRequest, asking: Asking): Promise<Settled> => {
  const { chat, gate, settings, monotonicMs, random } = ports;
  const { customId, body } = request;
  const { endpoint, stop, abandon } = asking;
  let endsAtMs = Number.POSITIVE_INFINITY;
  for (let sent = 0; ; sent += 1) {
    const pass = await gate.enter(request, { again: sent > 0, signal: stop });
    endsAtMs = Math.min(endsAtMs, pass.sentAtMs + settings.retryMs);
    const answer = await chat
      .send({ customId, endpoint, body, timeoutMs: settings.requestTimeoutMs, signal: abandon })
      .catch((error: unknown) => {
        gate.leave(pass, null);
        throw error;
      });
    gate.leave(pass, answer);
    if (answer.kind === 'blocked') throw new BlockedError(answer.message);
    if (answer.kind === 'answered') ports.answered();
    if (answer.kind !== 'passing') return { kind: answer.kind === 'answered' ? 'output' : 'errors', text: answer.line };
    if (monotonicMs() >= endsAtMs) return { kind: 'errors', text: answer.line };
    stop.throwIfAborted();
    ports.retried(answer.reason, answer.message);
    // a rate limit is the account's: its gate holds everybody back
    if (answer.reason !== 'rate-limited') await delay(backoffMs(sent, random), undefined, { signal: stop });
  }
};

const backoffMs = (sent: number, random: () => number): number =>
  Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(sent, 20), LONGEST_BACKOFF_MS) * (0.5 + random() / 2);
