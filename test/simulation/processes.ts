import { CutDownloadError, FileNotFoundError } from '@batchmill/service-retriever/download-file';
import { StoreUnavailableError } from '@batchmill/object-store';
import { ProviderError } from '@batchmill/providers';
import { QueueUnavailableError } from '@batchmill/queue';
import type { Faults } from './faults.ts';
import type { HintQueues, Message } from './hint-queues.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import type { WorkerProcess } from './worker-process.ts';

const PROCESSES = 3;
const STALLED_MS = 30_000;
const RESTART_MS = 20_000;
const RECONCILE_MS = 25_000;
const REDELIVERED = 0.8;

/** Errors that mean "again": what the faults throw, and what guards make of them. Any other is a defect. */
const EXPECTED = [StoreUnavailableError, ProviderError, QueueUnavailableError, CutDownloadError, FileNotFoundError];

/** The processes of a schedule: they take messages, die, sleep, and come again with nothing in their memory. */
export class Processes {
  readonly violations: string[] = [];
  isClosing = false;
  readonly #scheduler: Scheduler;
  readonly #queues: HintQueues;
  readonly #start: (actor: Actor) => WorkerProcess;
  readonly #running: WorkerProcess[] = [];
  readonly #work = new Map<Actor, Set<Message>>();
  #started = 0;

  constructor(scheduler: Scheduler, queues: HintQueues, start: (actor: Actor) => WorkerProcess) {
    this.#scheduler = scheduler;
    this.#queues = queues;
    this.#start = start;
    queues.deliver = (message) => this.#deliver(message);
    for (let index = 0; index < PROCESSES; index += 1) this.#startOne(index);
  }

  /** Perhaps kills or freezes the process that is about to take a step. */
  disturb(actor: Actor, faults: Faults): void {
    const { random } = this.#scheduler;
    if (!this.#work.has(actor)) return;
    if (random.chance(faults.crash)) this.#crash(actor);
    else if (random.chance(faults.freeze)) this.#freeze(actor, random.between(0, faults.freezeMs));
  }

  #startOne(index: number): void {
    this.#started += 1;
    const actor = { name: `w${this.#started}`, alive: true, frozenUntilMs: 0 };
    this.#running[index] = this.#start(actor);
    this.#work.set(actor, new Set());
    this.#reconcileOnAClock(this.#running[index]);
  }

  #crash(actor: Actor): void {
    actor.alive = false;
    this.#scheduler.tell(actor, 'DIES');
    this.#redeliver(actor);
    const index = this.#running.findIndex((one) => one.actor === actor);
    this.#scheduler.after(this.#scheduler.random.between(0, RESTART_MS), '', () => this.#startOne(index));
  }

  #freeze(actor: Actor, forMs: number): void {
    actor.frozenUntilMs = this.#scheduler.nowMs + forMs;
    this.#scheduler.tell(actor, `SLEEPS for ${Math.round(forMs / 1000)} s`);
    if (forMs > STALLED_MS) this.#redeliver(actor);
  }

  /** The queue takes a message from whoever no longer renews its lock. */
  #redeliver(actor: Actor): void {
    for (const message of this.#work.get(actor) ?? []) {
      if (!this.#scheduler.random.chance(REDELIVERED)) continue;
      this.#scheduler.after(STALLED_MS, '', () => this.#deliver(message));
    }
  }

  #deliver(message: Message): void {
    const { nowMs, random } = this.#scheduler;
    const awake = this.#running.filter(({ actor }) => actor.alive && actor.frozenUntilMs <= nowMs);
    if (awake.length === 0) {
      this.#scheduler.after(1000, '', () => this.#deliver(message));
      return;
    }
    void this.#handle(random.pick(awake), message);
  }

  async #handle(worker: WorkerProcess, message: Message): Promise<void> {
    const work = this.#work.get(worker.actor);
    this.#scheduler.tell(worker.actor, `takes ${message.id}`);
    work?.add(message);
    try {
      const outcome = await worker.handle(message);
      if (outcome.kind === 'postpone') this.#queues.send({ ...message, tries: 0 }, outcome.forMs);
    } catch (error) {
      this.#judge(worker.actor, error);
      const tries = message.tries + 1;
      if (tries < message.attempts) this.#queues.send({ ...message, tries }, message.backoffMs * 2 ** (tries - 1));
    } finally {
      work?.delete(message);
    }
  }

  #reconcileOnAClock(worker: WorkerProcess): void {
    const { random } = this.#scheduler;
    this.#scheduler.after(random.between(RECONCILE_MS / 2, RECONCILE_MS * 2), '', () => {
      if (this.isClosing || !worker.actor.alive) return;
      void this.#reconcile(worker);
    });
  }

  async #reconcile(worker: WorkerProcess): Promise<void> {
    try {
      await worker.reconcile();
    } catch (error) {
      this.#judge(worker.actor, error);
    }
    this.#reconcileOnAClock(worker);
  }

  #judge(actor: Actor, error: unknown): void {
    if (error instanceof AggregateError) {
      for (const one of error.errors) this.#judge(actor, one);
      return;
    }
    if (EXPECTED.some((kind) => error instanceof kind)) return;
    this.violations.push(
      `${actor.name} threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}
