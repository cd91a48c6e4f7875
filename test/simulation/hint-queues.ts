import type { QueueContract } from '@batchmill/contracts';
import type { Queues, RedisCommands } from '@batchmill/queue';
import type { Faults } from './faults.ts';
import type { Scheduler } from './scheduler.ts';

export type Message = {
  queue: string;
  id: string;
  payload: unknown;
  attempts: number;
  backoffMs: number;
  tries: number;
};

type Contract = Pick<QueueContract<never>, 'name' | 'attempts' | 'backoffMs'>;
type Waiting = { message: Message; dueAtMs: number; version: number };

const TRAVEL_MS = 200;
const LATE_MS = 400_000;
const STRAYS_KEPT = 200;

/** Hints between the processes: they come late, twice, beside themselves, long after, or not at all. */
export class HintQueues {
  /** Hands a message to a process. */
  deliver: (message: Message) => void = () => undefined;
  /** Ticks and late copies end with it. */
  isClosing = false;
  readonly #scheduler: Scheduler;
  readonly #faults: () => Faults | null;
  readonly #waiting = new Map<string, Waiting>();
  readonly #ticking = new Set<string>();
  readonly #sent: Message[] = [];

  constructor(scheduler: Scheduler, faults: () => Faults | null) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  /** As after a loss of Redis. */
  wipe(): void {
    this.#waiting.clear();
    this.#ticking.clear();
  }

  send(message: Message, delayMs: number): void {
    const { random } = this.#scheduler;
    const { loseMessage = 0, repeatMessage = 0 } = this.#faults() ?? {};
    if (this.#sent.length < STRAYS_KEPT) this.#sent.push(message);
    if (random.chance(loseMessage)) return;
    if (random.chance(repeatMessage)) this.#later(message, random.between(0, LATE_MS));
    const dueAtMs = this.#scheduler.nowMs + delayMs + random.between(0, TRAVEL_MS);
    const standing = this.#waiting.get(message.id);
    if (standing !== undefined && standing.dueAtMs <= dueAtMs) return;
    const waiting = { message, dueAtMs, version: (standing?.version ?? 0) + 1 };
    this.#waiting.set(message.id, waiting);
    this.#scheduler.after(dueAtMs - this.#scheduler.nowMs, '', () => {
      if (this.#waiting.get(message.id) !== waiting) return;
      this.#waiting.delete(message.id);
      this.deliver(message);
    });
  }

  /** A message of long ago comes once more. */
  stray(): void {
    if (this.#sent.length > 0) this.#later(this.#scheduler.random.pick(this.#sent), 0);
  }

  portOf(redis: RedisCommands): Queues {
    const unused = (): never => {
      throw new Error('not part of the simulation');
    };
    return {
      redis,
      send: async (contract, payload, { delayMs = 0 } = {}) => {
        this.send(messageOf(contract, contract.messageId(payload), payload), delayMs);
      },
      every: async (contract, payload, intervalMs) => {
        const message = messageOf(contract, contract.messageId(payload), payload);
        if (this.#ticking.has(message.id)) return;
        this.#ticking.add(message.id);
        this.#tick(message, intervalMs);
      },
      consume: unused,
      counts: unused,
      ping: async () => undefined,
      close: async () => undefined,
    };
  }

  #tick(message: Message, intervalMs: number): void {
    this.#scheduler.after(intervalMs, '', () => {
      if (this.isClosing || !this.#ticking.has(message.id)) return;
      this.deliver(message);
      this.#tick(message, intervalMs);
    });
  }

  #later(message: Message, delayMs: number): void {
    this.#scheduler.after(delayMs, '', () => {
      if (!this.isClosing) this.deliver(message);
    });
  }
}

const messageOf = (contract: Contract, id: string, payload: unknown): Message => ({
  queue: contract.name,
  id: `${contract.name}/${id}`,
  payload,
  attempts: contract.attempts,
  backoffMs: contract.backoffMs,
  tries: 0,
});
