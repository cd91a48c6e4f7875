import { PermanentError } from '@batchmill/contracts';
import type { QueueContract } from '@batchmill/contracts';
import { DelayedError, WaitingError } from 'bullmq';
import type { Job } from 'bullmq';
import type { TellEvent } from './consumer-event.ts';
import { isRedisFull } from './errors.ts';
import type { Handler, HandlerContext, HandlerOutcome, QuarantineReason } from './handler.ts';
import type { MessageMarks } from './message-marks.ts';
import type { MessageQueue } from './message-queue.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { RedisRoom } from './redis-room.ts';

export type MessageRun<Payload> = {
  contract: QueueContract<Payload>;
  queue: MessageQueue<Payload>;
  marks: MessageMarks;
  handler: Handler<Payload>;
  maxCrashes: number;
  onQuarantine: ((payload: Payload, reason: QuarantineReason) => Promise<void>) | undefined;
  tell: TellEvent;
  /** Of Redis. */
  tellError: (error: unknown) => void;
  room: RedisRoom;
  /** Work during which the process has died before: one at a time, so that its neighbours are not suspected with it. */
  suspects: OneAtATime;
  closing: AbortSignal;
};

/** The processor BullMQ calls. It must declare three parameters, or BullMQ gives it no signal. */
export const messageRunner =
  <Payload>(run: MessageRun<Payload>) =>
  async (job: Job, token: string | undefined, lost: AbortSignal | undefined): Promise<void> => {
    const { contract, marks, tell } = run;
    const parsed = contract.payload.safeParse(job.data);
    if (!parsed.success) {
      tell({ queue: contract.name, kind: 'unreadable', messageId: job.id ?? '', error: parsed.error });
      return;
    }
    const payload = parsed.data;
    const messageId = messageIdOf(contract, job, payload);
    const signal = lost === undefined ? run.closing : AbortSignal.any([run.closing, lost]);
    const handBack = async (): Promise<never> => {
      await job.moveToWait(token);
      tell({ queue: contract.name, kind: 'handed-back', messageId });
      throw new WaitingError();
    };
    if (run.closing.aborted) return handBack(); // Fetched in the moment of closing.
    const startedAt = Date.now();
    const finish = (outcome: HandlerOutcome): Promise<void> =>
      settle(run, job, token, { payload, messageId, outcome, tookMs: Date.now() - startedAt });
    let begun = false;
    try {
      const crashes = await marks.begin(messageId);
      begun = crashes === 0;
      const work = (): Promise<HandlerOutcome> =>
        handle(run, payload, messageId, { signal, attempt: job.attemptsMade + 1, crashes });
      const suspectWork = async (): Promise<HandlerOutcome> => {
        signal.throwIfAborted();
        if (crashes >= run.maxCrashes) return quarantine(run, payload, messageId, crashedOften(crashes));
        await marks.beginSuspect(messageId);
        begun = true;
        return work();
      };
      await finish(begun ? await work() : await run.suspects(suspectWork));
    } catch (error) {
      if (error instanceof DelayedError) throw error;
      if (begun) await marks.end(messageId);
      if (run.closing.aborted && lost?.aborted !== true) return handBack();
      if (isRedisFull(error)) {
        // no fault of this work, and no attempt of it: it is held, so that no more is taken, until there is room
        run.tellError(error);
        await run.room.becomesWritable(signal);
        return run.closing.aborted ? handBack() : finish(AGAIN_SOON);
      }
      const attempt = job.attemptsMade + 1;
      const attemptsLeft = Math.max(0, (job.opts.attempts ?? 1) - attempt);
      const tookMs = Date.now() - startedAt;
      tell({ queue: contract.name, kind: 'failed', messageId, tookMs, error, attempt, attemptsLeft });
      // Redis keeps the text of a message's last error in the clear: only its kind may go there, the rest went to `tell`.
      throw new Error(error instanceof Error ? error.name : 'Error', { cause: error });
    }
  };

/** After a full Redis: all held messages come again at about the same time. */
const AGAIN_SOON: HandlerOutcome = { kind: 'postpone', forMs: 200 };

const TICK_PREFIX = 'repeat:';

/** A tick of `every` is a message beside the one with the contract's id: they must not clear each other's marks. */
export const isTick = (job: { id?: string }): boolean => job.id?.startsWith(TICK_PREFIX) ?? false;

const messageIdOf = <Payload>(contract: QueueContract<Payload>, job: Job, payload: Payload): string =>
  isTick(job) ? `every-${contract.messageId(payload)}` : contract.messageId(payload);

const crashedOften = (crashes: number): QuarantineReason => ({
  code: 'crashed',
  message: `The process died ${crashes} times while it worked on this.`,
});

const handle = async <Payload>(
  run: MessageRun<Payload>,
  payload: Payload,
  messageId: string,
  context: HandlerContext,
): Promise<HandlerOutcome> => {
  try {
    return await run.handler(payload, context);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return quarantine(run, payload, messageId, { code: error.code, message: error.message });
  }
};

/** Where the reason cannot be recorded now, the error of that goes up and the message comes again. */
const quarantine = async <Payload>(
  run: MessageRun<Payload>,
  payload: Payload,
  messageId: string,
  reason: QuarantineReason,
): Promise<HandlerOutcome> => {
  await run.onQuarantine?.(payload, reason);
  run.tell({ queue: run.contract.name, kind: 'quarantined', messageId, ...reason });
  return { kind: 'done' };
};

type Finished<Payload> = { payload: Payload; messageId: string; outcome: HandlerOutcome; tookMs: number };

const settle = async <Payload>(
  run: MessageRun<Payload>,
  job: Job,
  token: string | undefined,
  { payload, messageId, outcome, tookMs }: Finished<Payload>,
): Promise<void> => {
  const queue = run.contract.name;
  await run.marks.end(messageId);
  if (outcome.kind === 'done') {
    run.tell({ queue, kind: 'done', messageId, tookMs });
    return;
  }
  const { forMs } = outcome;
  run.tell({ queue, kind: 'postponed', messageId, tookMs, forMs });
  if (isTick(job)) {
    // A moved tick would stand beside the next one: the plain message, of which there is only one, waits instead.
    await run.queue.send(payload, Date.now() + forMs);
    return;
  }
  await job.moveToDelayed(Date.now() + forMs, token);
  // Only now: a mark set before this moment found no delayed message to bring forward.
  await run.queue.sendIfMarked(messageId, payload);
  throw new DelayedError();
};
