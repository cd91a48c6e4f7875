import type { RunRef, ShardRef } from '@batchmill/contracts';
import { nextTasks } from '@batchmill/ledger';
import type { Ledger, Next } from '@batchmill/ledger';
import type { HandlerContext } from '@batchmill/queue';
import { defaultFlowSettings } from '../flow-settings.ts';
import { createFlow } from '../flow.ts';
import type { FlowSettings } from '../flow-settings.ts';
import type { Flow } from '../flow.ts';
import { submissionName } from '../ids.ts';
import type { Reservations, Reserved } from '../reservations.ts';

/** A flow that sends no messages: it remembers who was advanced, and says what would come next. */
export type TestFlow = Flow & {
  readonly advanced: ShardRef[];
  readonly advancedRuns: RunRef[];
  next(ref: ShardRef): Promise<Next>;
};

export const testFlow = (
  ledger: Ledger,
  { now = Date.now, settings = {} }: { now?: () => number; settings?: Partial<FlowSettings> } = {},
): TestFlow => {
  const all = { ...defaultFlowSettings, ...settings };
  // what is used of it here touches no queue
  const flow = createFlow({ ledger, queues: {} as never, settings: all, now });
  const advanced: ShardRef[] = [];
  const advancedRuns: RunRef[] = [];
  return {
    ...flow,
    advanced,
    advancedRuns,
    advance: async (ref) => void advanced.push(ref),
    showProgress: async () => {},
    showEarlierRuns: async () => {},
    giveBackRoom: async () => {},
    advanceRun: async (ref) => void advancedRuns.push(ref),
    checkRun: async (ref) => void advancedRuns.push(ref),
    async next(ref) {
      const { facts, control } = await flow.shard(ref);
      return nextTasks(facts, control, now(), all);
    },
  };
};

export type TestReservations = Reservations & {
  /** Submissions that hold room, by name. */
  readonly held: Set<string>;
  /** What `take` answers; a test may change it. */
  answer: Reserved;
};

/** Room for everything, and a memory of who holds some. */
export const roomForAll = (): TestReservations => {
  const held = new Set<string>();
  const reservations: TestReservations = {
    held,
    answer: { kind: 'reserved' },
    async take(ref) {
      if (reservations.answer.kind === 'reserved') held.add(submissionName(ref));
      return reservations.answer;
    },
    release: async (ref) => void held.delete(submissionName(ref)),
    restore: async (ref) => void held.add(submissionName(ref)),
    releaseTokens: async (ref) => void held.delete(submissionName(ref)),
  };
  return reservations;
};

/** What a handler is told of a message that is tried for the first time. */
export const firstTry = (): HandlerContext => ({ signal: new AbortController().signal, attempt: 1, crashes: 0 });
