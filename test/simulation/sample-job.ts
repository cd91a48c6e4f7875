import { rowIdOf, stageNumber } from '@batchmill/contracts';
import type { CompiledPipeline, Row, RunRef } from '@batchmill/contracts';
import { keys, openLedger } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { ENDPOINT } from './build-plan.ts';
import type { MemoryStore } from './memory-store.ts';
import { storeOf } from './memory-store.ts';
import { PROVIDER } from './provider-port.ts';
import type { Random } from './random.ts';
import type { Actor, Scheduler } from './scheduler.ts';
import { drawTokenLimits } from './token-limits.ts';
import type { TokenLimits } from './token-limits.ts';

/** A job small enough for hundreds of runs a second, with every kind of row. */
export type SampleJob = {
  run: RunRef;
  shards: Row[][];
  stages: number;
  /** Parts an attempt is cut into. */
  parts: number;
  retryAttempts: number;
  tokenLimits: TokenLimits;
};

const MAX_ROWS = 6;

export const drawJob = (random: Random): SampleJob => {
  let ordinal = 0;
  const natures = random.chance(0.3) ? ['plain', 'plain', 'skipped', 'unaskable', 'bad-line'] : ['plain'];
  const shards = Array.from({ length: random.between(1, 2) }, (_, shard) =>
    Array.from({ length: random.between(3, MAX_ROWS) }, (): Row => {
      const id = rowIdOf(ordinal);
      ordinal += 1;
      return { id, key: `key ${id}`, home: shard, line: ordinal, fields: { nature: random.pick(natures) } };
    }),
  );
  return {
    run: { tenant: 'default', job: 'simulatedjob0001', run: 1 },
    shards,
    stages: random.chance(0.4) ? 2 : 1,
    parts: random.between(1, 3),
    retryAttempts: random.between(1, 3),
    tokenLimits: drawTokenLimits(random),
  };
};

/** What api and ingest would have left in the ledger. */
export const acceptJob = async (job: SampleJob, store: MemoryStore, scheduler: Scheduler): Promise<void> => {
  const ledger = outsideLedger(store, scheduler);
  const { run, shards } = job;
  await ledger.write(keys.openMarker(run), { run: 1 });
  await ledger.write(keys.job(run), { ...run, name: 'sample', pipeline: pipelineOf(job), inputs: [] });
  await ledger.write(keys.run(run), { run: 1, reason: 'first' });
  for (const [shard, rows] of shards.entries()) await closeIngest(ledger, { ...run, shard }, rows);
  const rows = shards.flat().length;
  await ledger.write(keys.shards(run), {
    shards: shards.length,
    rows,
    sourceRows: rows,
    rejectedRows: 0,
    rejectsByReason: {},
    startAfter: [{ from: 0, stage: '000' }],
  });
};

const closeIngest = async (ledger: Ledger, ref: RunRef & { shard: number }, rows: Row[]): Promise<void> => {
  await ledger.write(keys.closed(ref, '000'), {
    entering: rows.length,
    counts: { ok: rows.length },
    rows: await ledger.writeLines(ref, 'rows', rows),
    rejects: null,
    fieldTypes: {},
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
    cost: 0,
    realtimeCost: 0,
    estimatedCost: 0,
    attempts: 0,
    batches: 0,
    askedAgain: {},
  });
};

const pipelineOf = ({ stages, retryAttempts }: SampleJob): CompiledPipeline => ({
  v: 1,
  name: 'sample',
  vars: {},
  source: { format: 'jsonl', paths: ['rows.jsonl'], derive: [] },
  key: '{{ id }}',
  maxInvalid: 1,
  shardRows: 'auto',
  stages: Array.from({ length: stages }, (_, index) => ({
    kind: 'generate' as const,
    number: stageNumber(index + 1),
    step: `step-${index + 1}`,
    generate: {
      provider: PROVIDER,
      endpoint: ENDPOINT,
      model: 'simulated',
      params: {},
      messages: [],
      into: `answer-${stageNumber(index + 1)}`,
      retryAttempts,
    },
  })),
  outputs: [],
});

/** A ledger without steps and faults: of those who stand outside the simulation. */
export const outsideLedger = (store: MemoryStore, scheduler: Scheduler): Ledger => {
  const actor = { name: 'outside', alive: true, frozenUntilMs: 0 };
  const step = async <Result>(_: Actor, __: string, perform: () => Result): Promise<Result> => perform();
  return openLedger({
    store: storeOf(store, { step, touch: step }, actor, () => false),
    now: () => scheduler.nowMs,
    nonce: () => `outside-${store.records.size}-${store.blobs.size}`,
  });
};
