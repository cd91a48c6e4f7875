import type { Random } from './random.ts';

/** A process of ours, as far as the scheduler knows it. Dead ones never take another step. */
export type Actor = { readonly name: string; alive: boolean; frozenUntilMs: number };

type Happening = { atMs: number; order: number; actor: Actor | null; label: string; run: () => void };

/** A step costs its process up to this much of the virtual clock (ms). */
const STEP_MS = 60;

/**
 * The only clock and the only thing that lets anybody go on. Every call of a port waits here; one of those that are
 * ready is picked at random, runs, and everything that follows from it happens before the next one is picked.
 */
export class Scheduler {
  nowMs = 1_800_000_000_000;
  steps = 0;
  readonly random: Random;
  readonly trace: string[] | null;
  /** Called before each step of a process: the place for crashes and freezes. */
  beforeStep: (actor: Actor) => void = () => undefined;
  /** How long the answer of the next call is on its way (ms). */
  answerDelayMs: () => number = () => 0;
  #order = 0;
  readonly #ready: Happening[] = [];
  readonly #later: Happening[] = [];

  constructor(random: Random, trace: string[] | null) {
    this.random = random;
    this.trace = trace;
  }

  /** A call of a port: it has its effect when the scheduler comes to it, at the earliest `delayMs` from now. */
  step<Result>(actor: Actor, label: string, perform: () => Result, delayMs = 0): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (!actor.alive) return;
      const run = (): void => this.#answer(actor, label, perform, resolve, reject);
      this.#add({ atMs: this.nowMs + delayMs, order: this.#next(), actor, label, run });
    });
  }

  /**
   * A call that decides little and comes often: a step only now and then, so that schedules stay short. In between it
   * happens together with the step before it.
   */
  touch<Result>(actor: Actor, label: string, perform: () => Result, share: number): Promise<Result> {
    if (!actor.alive || actor.frozenUntilMs > this.nowMs || this.random.chance(share)) {
      return this.step(actor, label, perform);
    }
    return new Promise((resolve) => resolve(perform()));
  }

  /** What a call has done is one thing, that its caller hears of it another: in between he may sleep or die. */
  #answer<Result>(
    actor: Actor,
    label: string,
    perform: () => Result,
    resolve: (result: Result) => void,
    reject: (reason: unknown) => void,
  ): void {
    let hear: () => void;
    try {
      const result = perform();
      hear = () => resolve(result);
    } catch (error) {
      hear = () => reject(error);
    }
    const delayMs = this.answerDelayMs();
    if (delayMs === 0) hear();
    else this.#add({ atMs: this.nowMs + delayMs, order: this.#next(), actor, label: `hears of: ${label}`, run: hear });
  }

  /** Something that happens by itself, whoever lives or dies. */
  after(delayMs: number, label: string, run: () => void): void {
    this.#add({ atMs: this.nowMs + delayMs, order: this.#next(), actor: null, label, run });
  }

  /** Lets one happen. false: nothing is left to happen. */
  async turn(): Promise<boolean> {
    const chosen = this.#choose();
    if (chosen === null) return false;
    const { actor } = chosen;
    if (actor !== null) {
      if (!actor.alive) return true;
      this.beforeStep(actor);
      if (!actor.alive) return true;
      if (actor.frozenUntilMs > this.nowMs) {
        this.#add({ ...chosen, atMs: actor.frozenUntilMs });
        return true;
      }
    }
    this.steps += 1;
    if (this.trace !== null && chosen.label !== '') this.tell(actor, chosen.label);
    chosen.run();
    this.nowMs += Math.floor(this.random.next() * STEP_MS);
    // a tick runs only when no promise has anything left to do
    await new Promise<void>((resolve) => process.nextTick(resolve));
    return true;
  }

  tell(actor: Actor | null, text: string): void {
    this.trace?.push(
      `${((this.nowMs - 1_800_000_000_000) / 1000).toFixed(2).padStart(9)}s ${actor?.name ?? '--'} ${text}`,
    );
  }

  #choose(): Happening | null {
    for (;;) {
      while (this.#later.length > 0 && (this.#later[0]?.atMs ?? 0) <= this.nowMs) this.#ready.push(this.#takeFirst());
      const { length } = this.#ready;
      if (length > 0) {
        const index = Math.floor(this.random.next() * length);
        const chosen = this.#ready[index] as Happening;
        this.#ready[index] = this.#ready[length - 1] as Happening;
        this.#ready.pop();
        return chosen;
      }
      const first = this.#later[0];
      if (first === undefined) return null;
      this.nowMs = first.atMs;
    }
  }

  #next(): number {
    this.#order += 1;
    return this.#order;
  }

  #add(happening: Happening): void {
    if (happening.atMs <= this.nowMs) {
      this.#ready.push(happening);
      return;
    }
    const heap = this.#later;
    let at = heap.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at] as Happening, heap[parent] as Happening)) break;
      swap(heap, at, parent);
      at = parent;
    }
  }

  #takeFirst(): Happening {
    const heap = this.#later;
    const first = heap[0] as Happening;
    const last = heap.pop() as Happening;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child] as Happening, heap[least] as Happening)) least = child;
      }
      if (least === at) return first;
      swap(heap, at, least);
      at = least;
    }
  }
}

const isBefore = (a: Happening, b: Happening): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

const swap = (heap: Happening[], a: number, b: number): void => {
  const held = heap[a] as Happening;
  heap[a] = heap[b] as Happening;
  heap[b] = held;
};
