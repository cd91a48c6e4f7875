import type { QueueContract } from '@batchmill/contracts';
import { Worker } from 'bullmq';
import { closeWorker } from './close-worker.ts';
import { workerConnection } from './connection.ts';
import type { QueueConnection } from './connection.ts';
import { rateLimitedErrors } from './consumer-event.ts';
import type { TellEvent } from './consumer-event.ts';
import type { Handler, QuarantineReason } from './handler.ts';
import type { MessageMarks } from './message-marks.ts';
import type { MessageQueue } from './message-queue.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { isTick, messageRunner } from './run-message.ts';

/** How many times BullMQ may take a message from a dead worker; it never forgets one, so our own count decides. */
const MAX_STALLED = 50;

export type ConsumeOptions<Payload> = {
  /** Messages worked on at once in this process. */
  concurrency: number;
  /** How long a message stays ours without a sign of life; a killed worker's is taken over after about as long. */
  lockMs?: number;
  onEvent?: TellEvent;
  /** Deaths of the process during one message before it is quarantined; 3 unless told. */
  maxCrashes?: number;
  /** Records that this work is given up; called before the message is dropped, and again if it throws. */
  onQuarantine?: (payload: Payload, reason: QuarantineReason) => Promise<void>;
};

export type Consumer = {
  ready(): Promise<void>;
  /** Takes no new message until resumed. Resolves when the running handlers have ended. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Aborts the handlers' signals, hands back what they give up, and returns by the deadline even without Redis. */
  close(options?: { deadlineMs?: number }): Promise<void>;
};

export type ConsumerParts<Payload> = {
  contract: QueueContract<Payload>;
  connection: QueueConnection;
  prefix: string;
  queue: MessageQueue<Payload>;
  marks: MessageMarks;
  suspects: OneAtATime;
};

export const consume = <Payload>(
  { contract, connection, prefix, queue, marks, suspects }: ConsumerParts<Payload>,
  handler: Handler<Payload>,
  { concurrency, lockMs = 15_000, onEvent, maxCrashes = 3, onQuarantine }: ConsumeOptions<Payload>,
): Consumer => {
  const tell: TellEvent = onEvent ?? (() => undefined);
  const closing = new AbortController();
  const runMessage = messageRunner({
    contract,
    queue,
    marks,
    handler,
    maxCrashes,
    onQuarantine,
    tell,
    suspects,
    closing: closing.signal,
  });
  const worker = new Worker(contract.name, runMessage, {
    connection: workerConnection(connection),
    prefix,
    concurrency,
    lockDuration: lockMs,
    // All workers of a queue must agree on it: they share one clock key.
    stalledInterval: lockMs / 2,
    maxStalledCount: MAX_STALLED,
    runRetryDelay: 500,
  });
  const tellError = rateLimitedErrors(contract.name, tell, Date.now);
  const followUps = new Set<Promise<void>>();
  // BullMQ has forgotten the id by now: the moment to see whether somebody asked for it meanwhile.
  const followUp = (job: { id?: string; data: unknown; finishedOn?: number } | undefined): void => {
    if (job === undefined || isTick(job) || job.finishedOn === undefined) return;
    const payload = contract.payload.safeParse(job.data);
    if (!payload.success) return;
    const sent = queue
      .sendIfMarked(contract.messageId(payload.data), payload.data)
      .catch((error: unknown) => tellError(error instanceof Error ? error : new Error(String(error))))
      .finally(() => followUps.delete(sent));
    followUps.add(sent);
  };
  worker.on('completed', followUp);
  worker.on('failed', followUp);
  worker.on('error', tellError);
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) {
      worker.cancelJob(id, 'lock lost');
      tell({ queue: contract.name, kind: 'lock-lost', messageId: id });
    }
  });
  return {
    ready: () => worker.waitUntilReady(),
    pause: () => worker.pause(),
    resume: () => worker.resume(),
    close: async ({ deadlineMs = 10_000 } = {}) => {
      closing.abort(new Error('closing'));
      await closeWorker(worker, followUps, deadlineMs);
    },
  };
};
