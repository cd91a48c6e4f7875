import type { LineBlobRef } from '@batchmill/contracts';
import { firstTry, roomForAll, testFlow } from '@batchmill/flow/testing';
import type { TestFlow, TestReservations } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import { closedRecord, partPlan, pipeline, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import type { HandlerOutcome } from '@batchmill/queue';
import { cancelBatch } from '../cancel-batch.ts';
import type { Events } from '../events.ts';
import { submitPart } from '../submit-part.ts';
import { fakeProvider } from './fake-provider.ts';
import type { FakeProvider } from './fake-provider.ts';

export const partRef = { ...shardRef, stage: '001', attempt: 1, part: 0 };

export type Stage = TemporaryLedger & {
  provider: FakeProvider;
  flow: TestFlow;
  reservations: TestReservations;
  attention: Map<string, string>;
  /** Handles one message as a worker does. */
  submit(submission: number, options?: { monotonicMs?: () => number }): Promise<HandlerOutcome>;
  cancel(submission: number): Promise<HandlerOutcome>;
  /** Does whatever comes next, by `workers` at once, moving the clock to the next moment; until nothing is to be done. */
  run(options?: { workers?: number; steps?: number }): Promise<void>;
};

const silent: Events = {
  placed: () => {},
  adopted: () => {},
  ambiguous: () => {},
  fenced: () => {},
  refused: () => {},
  withdrawn: () => {},
};

/** A part of three requests that waits to be placed, and everything a submitter works with. */
export const openStage = async (): Promise<Stage> => {
  const folder = await temporaryLedger();
  const { ledger, clock } = folder;
  const provider = fakeProvider();
  const flow = testFlow(ledger, { now: () => clock.nowMs });
  const reservations = roomForAll();
  const attention = new Map<string, string>();
  await folder.addJob(pipeline());
  await ledger.write(keys.closed(shardRef, '000'), closedRecord(3));
  const lines = ['a', 'b', 'c'].map((row) => JSON.stringify({ custom_id: row }));
  const requests: LineBlobRef = await ledger.writeLines(shardRef, 'requests', lines);
  await ledger.write(keys.plan(partRef), { rows: 3, asked: 3, parts: [{ ...partPlan(), requests }] });
  const providers = {
    names: ['openai'],
    get: () => provider,
    isConfigured: () => true,
    settings: () => flow.settings,
  };

  const submit: Stage['submit'] = (submission, { monotonicMs = () => clock.nowMs } = {}) =>
    submitPart({
      ledger,
      flow,
      providers,
      reservations,
      attention: {
        raise: async (_job, place, reason) => void attention.set(place, reason),
        clear: async (_job, place) => void attention.delete(place),
        trouble: async () => {},
        of: async () => null,
      },
      deploymentId: 'deployment',
      worker: 'worker',
      claimDeadlineMs: 30_000,
      now: () => clock.nowMs,
      monotonicMs,
      events: silent,
    })({ ...partRef, submission }, firstTry());

  const cancel: Stage['cancel'] = (submission) =>
    cancelBatch({ ledger, flow, providers })({ ...partRef, submission }, firstTry());

  const step = async (workers: number): Promise<boolean> => {
    const next = await flow.next(shardRef);
    if (next.kind !== 'open') return false;
    const tasks = next.tasks.filter(({ kind }) => kind === 'submit' || kind === 'cancel');
    for (const task of tasks) {
      if (task.kind === 'cancel') await cancel(task.submission);
      if (task.kind !== 'submit') continue;
      clock.nowMs = Math.max(clock.nowMs, task.notBeforeMs ?? 0);
      const outcomes = await Promise.all(Array.from({ length: workers }, () => submit(task.submission)));
      clock.nowMs += Math.max(...outcomes.map((outcome) => (outcome.kind === 'postpone' ? outcome.forMs : 0)));
    }
    return tasks.length > 0;
  };
  return {
    ...folder,
    provider,
    flow,
    reservations,
    attention,
    submit,
    cancel,
    async run({ workers = 1, steps = 60 } = {}) {
      for (let i = 0; i < steps && (await step(workers)); i += 1);
    },
  };
};
