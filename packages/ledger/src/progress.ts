import { OUTCOMES } from '@batchmill/contracts';
import type { ClosedRecord, OutcomeCounts, PictureCounts } from '@batchmill/contracts';
import { settledLines } from './live-part.ts';
import type { AttemptFacts, PartFacts, ShardFacts } from './shard-facts.ts';
import { isRecut } from './token-limits.ts';

/** Absolute counts of one shard in one stage; costs in millionths of a US dollar. */
export type StageProgress = Record<string, number>;

/** Absolute counts per stage of one shard, from the ledger alone: replacing them twice changes nothing. */
export const progressOf = (facts: ShardFacts): Record<string, StageProgress> => {
  const progress: Record<string, StageProgress> = {};
  for (const { stage, record } of facts.closed) {
    if (record.takenOver === true) continue;
    progress[stage] = {
      entering: record.entering,
      ...counted(record.counts),
      ...keptOf(record),
      closed: 1,
      batchesEnded: record.batches,
      inputTokens: record.usage.inputTokens,
      outputTokens: record.usage.outputTokens,
      paidMicros: micros(record.cost),
      realtimeMicros: micros(record.realtimeCost),
      estimatedMicros: micros(record.estimatedCost),
      ...pictured(record.pictures),
    };
  }
  const last = facts.closed.at(-1);
  if (facts.current !== undefined && last !== undefined && (last.record.rows?.lines ?? 0) > 0) {
    progress[facts.current.stage.number] = openStage(last.record.rows?.lines ?? 0, facts.current.attempts);
  }
  return progress;
};

const openStage = (entering: number, attempts: AttemptFacts[]): StageProgress => {
  const sum: StageProgress = { entering };
  const add = (name: string, value: number): void => {
    if (value !== 0) sum[name] = (sum[name] ?? 0) + value;
  };
  for (const { plan, parts, outcomes } of attempts) {
    for (const [name, value] of Object.entries(pictured(plan?.pictures))) add(name, value);
    add('estimatedMicros', micros(estimatedCostOf(parts)));
    for (const { submissions, chunks } of parts) {
      // what is accounted is among the outcomes
      if (outcomes === undefined) add('answered', settledLines(chunks).size);
      for (const { batch, ended } of submissions) {
        if (ended !== undefined) add('batchesEnded', 1);
        else if (batch !== undefined) add('batchesOpen', 1);
      }
    }
    if (outcomes === undefined) continue;
    for (const [name, value] of Object.entries(counted(outcomes.counts))) add(name, value);
    add('inputTokens', outcomes.usage.inputTokens);
    add('outputTokens', outcomes.usage.outputTokens);
    add('paidMicros', micros(outcomes.cost));
    add('realtimeMicros', micros(outcomes.realtimeCost));
  }
  return sum;
};

/** What asking these parts is thought to cost (US dollars); of what is cut anew only the new parts count. */
export const estimatedCostOf = (parts: PartFacts[]): number =>
  parts.reduce((sum, part) => (isRecut(part) ? sum : sum + part.plan.estimatedCost), 0);

const counted = (counts: OutcomeCounts): StageProgress =>
  Object.fromEntries(OUTCOMES.flatMap((outcome) => (counts[outcome] ? [[outcome, counts[outcome]]] : [])));

/** Rows that go on although their turn failed: not lost, whatever their outcome here. */
const keptOf = ({ kept }: ClosedRecord): StageProgress =>
  Object.fromEntries(Object.entries(counted(kept?.outcomes ?? {})).map(([name, rows]) => [`${KEPT}${name}`, rows]));

/** Before the outcome, in the name of a count. */
export const KEPT = 'kept:';

const pictured = (pictures: PictureCounts | undefined): StageProgress =>
  pictures === undefined
    ? {}
    : {
        picturesInlined: pictures.inlined,
        picturesDistinct: pictures.distinct,
        pictureBytesOriginal: pictures.originalBytes,
        pictureBytesSent: pictures.sentBytes,
      };

const micros = (dollars: number): number => Math.round(dollars * 1e6);
