import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'bullmq';
import type { Job, Processor, WorkerOptions } from 'bullmq';

/** Pause (ms) after a refusal: BullMQ asks again at once, 17,000 times a second where Redis is full (measured). */
const REFUSED_PAUSE_MS = 500;

/** What a worker has done so far, for whoever watches over it. */
export type Pulse = {
  /** Grows whenever Redis has answered the question for work, and when a handler begins or ends. */
  beats: number;
  /** Handlers that run now. */
  running: number;
};

/** Longest a blocking read may take, seconds: BullMQ's own limits, with and without delayed messages. */
const MAX_BLOCK_SECONDS = 10;
const DRAIN_DELAY_SECONDS = 5;

export type AskingWorkerOptions = WorkerOptions & {
  /** An idle worker asks at least as often. */
  askMs: number;
  /** After an error: waits while Redis is full. True when it takes writes again, so that the same can be tried anew. */
  hasRoomAgain: (error: unknown) => Promise<boolean>;
};

/**
 * BullMQ's worker with a pulse, which begins with `run`. When Redis refuses to give it work it takes its time, and what a
 * full Redis could not write down at the end of a message is said again: BullMQ would leave it to be found as if we had died.
 */
export class AskingWorker extends Worker {
  readonly pulse: Pulse = { beats: 0, running: 0 };
  readonly #askSeconds: number;
  readonly #hasRoomAgain: (error: unknown) => Promise<boolean>;

  constructor(name: string, processor: Processor, { askMs, hasRoomAgain, ...options }: AskingWorkerOptions) {
    const drainDelay = Math.min(askMs / 1000, DRAIN_DELAY_SECONDS);
    super(name, processor, { ...options, drainDelay, autorun: false });
    this.#askSeconds = askMs / 1000;
    this.#hasRoomAgain = hasRoomAgain;
  }

  override get maximumBlockTimeout(): number {
    return Math.min(this.#askSeconds, MAX_BLOCK_SECONDS);
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      const job = await super.moveToActive(token, name);
      this.pulse.beats += 1;
      return job;
    } catch (error) {
      // a refusal is an answer too
      if (error instanceof Error && error.name === 'ReplyError') this.pulse.beats += 1;
      await delay(REFUSED_PAUSE_MS);
      throw error;
    }
  }

  protected override async callProcessJob(job: Job, token: string, signal?: AbortSignal): Promise<unknown> {
    this.pulse.beats += 1;
    this.pulse.running += 1;
    try {
      return await (super.callProcessJob(job, token, signal) as Promise<unknown>);
    } finally {
      this.pulse.beats += 1;
      this.pulse.running -= 1;
    }
  }

  /** Of a message in a chain of ticks BullMQ writes down the next one first, and drops this one where it cannot. */
  protected override async nextJobFromJobData(
    jobData?: Parameters<Worker['createJob']>[0],
    jobId?: string,
    token?: string,
  ): Promise<Job> {
    const job = await super.nextJobFromJobData(jobData, jobId, token);
    if (job !== undefined || jobData == null || !(await this.#hasRoomAgain(null))) return job;
    return this.nextJobFromJobData(jobData, jobId, token);
  }

  protected override async handleCompleted(...end: Ending<unknown>): Promise<Job> {
    return this.#saying(() => super.handleCompleted(...end));
  }

  protected override async handleFailed(...end: Ending<Error>): Promise<Job> {
    return this.#saying(() => super.handleFailed(...end));
  }

  async #saying(say: () => Promise<Job>): Promise<Job> {
    try {
      return await say();
    } catch (error) {
      if (!(await this.#hasRoomAgain(error))) throw error;
      return this.#saying(say);
    }
  }
}

type Ending<Result> = [result: Result, job: Job, token: string, fetchNext?: () => boolean];
