import type { QueueContract } from '@batchmill/contracts';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { MessageMarks } from './message-marks.ts';

/** Ids only: anything near this is a mistake (messages are meant to be ≤ 2 KB). */
const MAX_PAYLOAD_BYTES = 8192;

/** Least pause before a message runs once more because somebody sent it: two that send each other cannot spin. */
const AGAIN_PAUSE_MS = 100;

export type MessageQueue<Payload> = {
  readonly bull: Queue;
  /** Marks and adds: runs at `dueAtMs` at the latest, also when the same message is being worked on right now. */
  send(payload: Payload, dueAtMs: number): Promise<void>;
  /** Adds it again if it was asked for since its last start; brings it forward where it is delayed. */
  sendIfMarked(messageId: string, payload: Payload): Promise<void>;
};

export const messageQueue = <Payload>(
  contract: QueueContract<Payload>,
  client: Redis,
  prefix: string,
  marks: MessageMarks,
): MessageQueue<Payload> => {
  const bull = new Queue(contract.name, {
    connection: client,
    prefix,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: jobOptions(contract),
  });
  const add = async (id: string, payload: Payload, dueAtMs: number): Promise<void> => {
    await bull.add(contract.name, payload, { jobId: id, delay: Math.max(0, dueAtMs - Date.now()) });
    await bringForward(bull, client, contract, id, dueAtMs);
  };
  return {
    bull,
    send: async (payload, dueAtMs) => {
      const parsed = contract.payload.parse(payload);
      const id = contract.messageId(parsed);
      await marks.set(id, dueAtMs);
      await add(id, parsed, dueAtMs);
    },
    sendIfMarked: async (id, payload) => {
      const dueAtMs = await marks.get(id);
      if (dueAtMs !== null) await add(id, payload, Math.max(dueAtMs, Date.now() + AGAIN_PAUSE_MS));
    },
  };
};

/** A finished message is forgotten at once: BullMQ would silently ignore a re-send of an id it still keeps. */
export const jobOptions = (contract: { attempts: number; backoffMs: number }) => ({
  attempts: contract.attempts,
  backoff: { type: 'exponential', delay: contract.backoffMs, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 0,
  sizeLimit: MAX_PAYLOAD_BYTES,
});

/** A postponed message that is wanted earlier. One that waits after an error keeps its pause. */
const bringForward = async (
  bull: Queue,
  client: Redis,
  contract: { backoffMs: number },
  id: string,
  dueAtMs: number,
): Promise<void> => {
  const score = await client.zscore(bull.toKey('delayed'), id);
  if (score === null) return;
  const delayedUntilMs = Number(score) / 0x1000; // BullMQ's score: milliseconds, then 12 bits of order.
  const wantedAtMs = Math.max(dueAtMs, Date.now() + AGAIN_PAUSE_MS);
  if (delayedUntilMs <= wantedAtMs) return;
  const job = await bull.getJob(id);
  if (job === undefined) return;
  const longestPauseMs = job.attemptsMade === 0 ? 0 : contract.backoffMs * 2 ** (job.attemptsMade - 1);
  if (delayedUntilMs - Date.now() <= longestPauseMs) return;
  try {
    await job.changeDelay(Math.max(0, wantedAtMs - Date.now()));
  } catch (error) {
    // It has just been started, or was finished by another worker: its mark is there for them.
    if (!(error instanceof Error && 'code' in error && Number(error.code) < 0)) throw error;
  }
};
