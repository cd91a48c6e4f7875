import type { QueueContract } from '@batchmill/contracts';
import { AskingWorker } from './asking-worker.ts';
import { closeWorker } from './close-worker.ts';
import { workerConnection } from './connection.ts';
import type { QueueConnection } from './connection.ts';
import { rateLimitedErrors } from './consumer-event.ts';
import type { TellEvent } from './consumer-event.ts';
import type { Handler, QuarantineReason } from './handler.ts';
import type { MessageMarks } from './message-marks.ts';
import type { MessageQueue } from './message-queue.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { RedisRoom } from './redis-room.ts';
import { isTick, messageRunner } from './run-message.ts';
import { watchPulse } from './watch-pulse.ts';

/** How many times BullMQ may take a message from a dead worker; it never forgets one, so our own count decides. */
const MAX_STALLED = 50;

/** Deadline (ms) for a worker that has been replaced: nobody waits for it. */
const REPLACED_DEADLINE_MS = 1000;

export type ConsumeOptions<Payload> = {
  /** Messages worked on at once in this process. */
  concurrency: number;
  /** How long a message stays ours without a sign of life; a killed worker's is taken over after about as long. */
  lockMs?: number;
  /** How long it may not ask Redis for work though it could (ms; 60 s unless told): then it begins anew. */
  silentMs?: number;
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
  /** For the worker, which has connections of its own. */
  connection: QueueConnection;
  silenceMs: number | undefined;
  prefix: string;
  queue: MessageQueue<Payload>;
  marks: MessageMarks;
  suspects: OneAtATime;
  room: RedisRoom;
  /** Over a connection that is not the worker's. */
  ping(): Promise<void>;
};

export const consume = <Payload>(
  { contract, connection, silenceMs, prefix, queue, marks, suspects, room, ping }: ConsumerParts<Payload>,
  handler: Handler<Payload>,
  { concurrency, lockMs = 10_000, silentMs = 60_000, onEvent, maxCrashes = 3, onQuarantine }: ConsumeOptions<Payload>,
): Consumer => {
  const tell: TellEvent = onEvent ?? (() => undefined);
  const closing = new AbortController();
  const tellRateLimited = rateLimitedErrors(contract.name, tell, Date.now);
  const tellError = (error: unknown): void => {
    room.noticed(error);
    tellRateLimited(error instanceof Error ? error : new Error(String(error)));
  };
  const runMessage = messageRunner({
    contract,
    queue,
    marks,
    handler,
    maxCrashes,
    onQuarantine,
    tell,
    tellError,
    suspects,
    room,
    closing: closing.signal,
  });
  const followUps = new Set<Promise<void>>();
  // BullMQ has forgotten the id by now: the moment to see whether somebody asked for it meanwhile.
  const followUp = (job: { id?: string; data: unknown; finishedOn?: number } | undefined): void => {
    if (job === undefined || isTick(job) || job.finishedOn === undefined) return;
    const payload = contract.payload.safeParse(job.data);
    if (!payload.success) return;
    const sent = queue
      .sendIfMarked(contract.messageId(payload.data), payload.data)
      .catch(tellError)
      .finally(() => followUps.delete(sent));
    followUps.add(sent);
  };

  const start = (): AskingWorker => {
    const started = new AskingWorker(contract.name, runMessage, {
      connection: workerConnection(connection, silenceMs),
      prefix,
      concurrency,
      lockDuration: lockMs,
      // All workers of a queue must agree on it: they share one clock key.
      stalledInterval: lockMs / 2,
      maxStalledCount: MAX_STALLED,
      runRetryDelay: 500,
      askMs: silentMs / 4,
      hasRoomAgain: (error) => {
        room.noticed(error);
        return room.becomesWritable(closing.signal);
      },
    });
    started.on('completed', followUp);
    started.on('failed', followUp);
    started.on('error', tellError);
    started.on('lockRenewalFailed', (ids) => {
      for (const id of ids) {
        started.cancelJob(id, 'lock lost');
        tell({ queue: contract.name, kind: 'lock-lost', messageId: id });
      }
    });
    void started.run().catch(tellError);
    return started;
  };

  let worker = start();
  /** What its handlers still do belongs to others: their messages are taken over when the locks end. */
  const replace = (times: number): void => {
    const old = worker;
    old.cancelAllJobs('the consumer begins anew');
    worker = start();
    tell({ queue: contract.name, kind: 'replaced', silentMs, times });
    void closeWorker(old, new Set(), REPLACED_DEADLINE_MS).catch(tellError);
  };
  const isRedisThere = () =>
    ping().then(
      () => true,
      () => false,
    );
  const startWatch = () => watchPulse({ pulse: () => worker.pulse, concurrency, silentMs, isRedisThere, replace });
  let watch = startWatch();

  return {
    ready: () => worker.waitUntilReady(),
    pause: () => {
      watch.stop();
      return worker.pause();
    },
    resume: () => {
      watch = startWatch();
      return worker.resume();
    },
    close: async ({ deadlineMs = 10_000 } = {}) => {
      watch.stop();
      closing.abort(new Error('closing'));
      await closeWorker(worker, followUps, deadlineMs);
    },
  };
};
