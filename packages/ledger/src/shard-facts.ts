import type {
  BatchRecord,
  CancelSentRecord,
  ChunkRecord,
  ClosedRecord,
  EndedRecord,
  FencedRecord,
  FileRecord,
  IntentRecord,
  OutcomesRecord,
  PartPlan,
  PartRef,
  PlanRecord,
  QuarantinedRecord,
  RefusedRecord,
  ResultsRecord,
  ShardRef,
  Stage,
} from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, parseShardKey, prefixes } from './keys.ts';
import { givenUpOfPart, readQuarantined } from './quarantined.ts';
import type { GivenUpOfPart } from './quarantined.ts';
import type { Records } from './records.ts';

export type SubmissionFacts = {
  number: number;
  file?: FileRecord;
  intent?: IntentRecord;
  batch?: BatchRecord;
  refused?: RefusedRecord;
  fenced?: FencedRecord;
  ended?: EndedRecord;
  cancelSent?: CancelSentRecord;
};

export type PartFacts = {
  part: number;
  plan: PartPlan;
  submissions: SubmissionFacts[];
  results?: ResultsRecord;
  /** Checkpoints of a live part, in order. */
  chunks?: ChunkRecord[];
  /** Set once the shard was given up: nothing new begins, and what is named here is never tried again. */
  givenUp?: GivenUpOfPart;
};

export type AttemptFacts = { attempt: number; plan?: PlanRecord; parts: PartFacts[]; outcomes?: OutcomesRecord };

export type StageAttempts = { stage: Stage; attempts: AttemptFacts[] };

/** All that the ledger says of one shard; the input of nextTasks. No blobs. */
export type ShardFacts = {
  ref: ShardRef;
  /** Stages of the pipeline, in order. */
  stages: Stage[];
  /** Closed stages in order; the first is the one before the shard's first stage in this run. */
  closed: { stage: string; record: ClosedRecord }[];
  /** The first stage that is not closed, with its attempts; absent when none is left. */
  current?: { stage: Stage; attempts: AttemptFacts[] };
  /** `closed/<k>.json` stands: nothing is left to do. */
  shardClosed: boolean;
  /** Why the shard was given up, then what failed while it was wound up; empty: it was not given up. */
  quarantined: QuarantinedRecord[];
};

/** Reads a shard's key set and the small records of its present stage. */
export const loadShardFacts = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: ShardRef,
  stages: Stage[],
): Promise<ShardFacts> => {
  // before the list: whoever finds a shard given up and no plan may be sure that every plan that comes later, and every
  // claim upon it, comes after the giving up
  const quarantined = await readQuarantined({ store, records }, ref);
  const found = await listShardKeys(store, ref);
  const closedStages = found.flatMap((key) => (key.kind === 'closed' ? [key.stage] : [])).sort();
  const [shardClosed, ...closed] = await Promise.all([
    records.exists(keys.shardClosed(ref)),
    ...closedStages.map(async (stage) => ({ stage, record: await required(records.read(keys.closed(ref, stage))) })),
  ]);
  const last = closedStages.at(-1);
  const stage = last === undefined ? undefined : stages.find(({ number }) => number > last);
  const facts = { ref, stages, closed, shardClosed, quarantined };
  if (stage === undefined) return facts;
  return { ...facts, current: { stage, attempts: await loadAttempts(records, { ref, stage, found, quarantined }) } };
};

/** Every attempt of a shard in every stage, also in those that are closed, in order. */
export const loadAllAttempts = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: ShardRef,
  stages: Stage[],
): Promise<StageAttempts[]> => {
  const quarantined = await readQuarantined({ store, records }, ref);
  const found = await listShardKeys(store, ref);
  const all: StageAttempts[] = [];
  for (const stage of stages) {
    const attempts = await loadAttempts(records, { ref, stage, found, quarantined });
    if (attempts.length > 0) all.push({ stage, attempts });
  }
  return all;
};

/** The shard's state in one attempt, for a worker that was asked to do something about it. */
export const attemptOf = (facts: ShardFacts, stage: string, attempt: number): AttemptFacts | undefined =>
  facts.current?.stage.number === stage ? facts.current.attempts.find((one) => one.attempt === attempt) : undefined;

type Found = NonNullable<ReturnType<typeof parseShardKey>>;

const listShardKeys = async (store: ObjectStore, ref: ShardRef): Promise<Found[]> => {
  const prefix = prefixes.shard(ref);
  const found: Found[] = [];
  for await (const { key } of store.list(prefix)) {
    const parsed = parseShardKey(key.slice(prefix.length));
    if (parsed !== null) found.push(parsed);
  }
  return found;
};

type Surroundings = { ref: ShardRef; stage: Stage; found: Found[]; quarantined: QuarantinedRecord[] };

const loadAttempts = async (
  records: Records,
  { ref, stage, found, quarantined }: Surroundings,
): Promise<AttemptFacts[]> => {
  const here = found.filter((key) => key.stage === stage.number && key.kind !== 'closed');
  const numbers = new Set(here.flatMap((key) => ('attempt' in key ? [key.attempt] : [])));
  return Promise.all(
    [...numbers]
      .sort((a, b) => a - b)
      .map(async (attempt) => {
        const attemptRef = { ...ref, stage: stage.number, attempt };
        const of = here.filter((key) => 'attempt' in key && key.attempt === attempt);
        const has = (kind: Found['kind']) => of.some((key) => key.kind === kind);
        const plan = has('plan') ? await required(records.read(keys.plan(attemptRef))) : undefined;
        const outcomes = has('outcomes') ? await required(records.read(keys.outcomes(attemptRef))) : undefined;
        const parts = await Promise.all(
          (plan?.parts ?? []).map(async (partPlan, part): Promise<PartFacts> => {
            const partRef = { ...attemptRef, part };
            const givenUp = givenUpOfPart(quarantined, partRef);
            return {
              ...(await loadPart(records, partRef, partPlan, of)),
              ...(givenUp === undefined ? {} : { givenUp }),
            };
          }),
        );
        return {
          attempt,
          parts,
          ...(plan === undefined ? {} : { plan }),
          ...(outcomes === undefined ? {} : { outcomes }),
        };
      }),
  );
};

const loadChunks = (records: Records, ref: PartRef, found: Found[]): Promise<ChunkRecord[]> => {
  const count = found.filter((key) => key.kind === 'chunk' && key.part === ref.part).length;
  return Promise.all(Array.from({ length: count }, (_, at) => required(records.read(keys.chunk(ref, at + 1)))));
};

const loadPart = async (records: Records, ref: PartRef, plan: PartPlan, found: Found[]): Promise<PartFacts> => {
  const stored = found.some((key) => key.kind === 'results' && key.part === ref.part);
  const results = stored ? await required(records.read(keys.results(ref))) : undefined;
  const facts = { part: ref.part, plan, ...(results === undefined ? {} : { results }) };
  if (plan.mode === 'live') return { ...facts, submissions: [], chunks: await loadChunks(records, ref, found) };
  return { ...facts, submissions: await loadSubmissions(records, ref, found) };
};

const loadSubmissions = async (records: Records, part: PartRef, found: Found[]): Promise<SubmissionFacts[]> => {
  const present = new Map<number, Set<string>>();
  for (const key of found) {
    if (key.kind !== 'submission' || key.part !== part.part) continue;
    present.set(key.submission, (present.get(key.submission) ?? new Set()).add(key.record));
  }
  return Promise.all(
    [...present]
      .sort(([a], [b]) => a - b)
      .map(async ([submission, names]) => {
        const ref = { ...part, submission };
        const facts: SubmissionFacts = { number: submission };
        const when = async (name: string, read: () => Promise<void>) => (names.has(name) ? read() : undefined);
        await Promise.all([
          when('file', async () => void (facts.file = await required(records.read(keys.file(ref))))),
          when('intent', async () => void (facts.intent = await required(records.read(keys.intent(ref))))),
          when('batch', async () => void (facts.batch = await required(records.read(keys.batch(ref))))),
          when('refused', async () => void (facts.refused = await required(records.read(keys.refused(ref))))),
          when('fenced', async () => void (facts.fenced = await required(records.read(keys.fenced(ref))))),
          when('ended', async () => void (facts.ended = await required(records.read(keys.ended(ref))))),
          when('cancel-sent', async () => void (facts.cancelSent = await required(records.read(keys.cancelSent(ref))))),
        ]);
        return facts;
      }),
  );
};

const required = async <Record>(reading: Promise<Record | null>): Promise<Record> => {
  const record = await reading;
  // a store whose list is ahead of its reads: the next visit sees it
  if (record === null) throw new Error('a listed ledger record could not be read; it will be tried again');
  return record;
};
