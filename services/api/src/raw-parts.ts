import type {
  GenerateStage,
  JobRecord,
  LineBlobRef,
  PartPlan,
  RawFile,
  RawPart,
  RunRef,
  ShardRef,
} from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { AttemptFacts, Ledger, PartFacts } from '@batchmill/ledger';
import { invalidCursor } from './api-error.ts';
import { rawPath } from './raw-paths.ts';
import type { RawName } from './raw-paths.ts';
import { rawSubmission } from './raw-submission.ts';
import type { Ports } from './routes/ports.ts';

/** Shards of which nothing was asked count too: a page must not take for ever. */
const SHARDS_A_PAGE = 200;

/**
 * The parts of a job with their stored files, run by run and shard by shard, also of one that still runs. A page ends with a
 * shard, so that it may hold more than `limit`. The cursor says where the next one begins.
 */
export const listRawParts = async (
  { ledger }: Pick<Ports, 'ledger'>,
  job: JobRecord,
  lastRun: RunRef,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<{ parts: RawPart[]; cursor: string | null }> => {
  const parts: RawPart[] = [];
  let shards = 0;
  for await (const shard of shardsFrom(ledger, lastRun, readCursor(cursor))) {
    if (parts.length >= limit || shards === SHARDS_A_PAGE) return { parts, cursor: `${shard.run}.${shard.shard}` };
    parts.push(...(await partsOfShard(ledger, job, shard)));
    shards += 1;
  }
  return { parts, cursor: null };
};

type Place = { run: number; shard: number };

const readCursor = (cursor: string | undefined): Place => {
  if (cursor === undefined) return { run: 1, shard: 0 };
  const match = /^(\d{1,6})\.(\d{1,9})$/.exec(cursor);
  if (match === null) throw invalidCursor();
  return { run: Math.max(Number(match[1]), 1), shard: Number(match[2]) };
};

async function* shardsFrom(ledger: Ledger, lastRun: RunRef, from: Place): AsyncGenerator<ShardRef> {
  for (let run = from.run; run <= lastRun.run; run += 1) {
    const shards = (await ledger.read(keys.shards({ ...lastRun, run })))?.shards ?? 0;
    for (let shard = run === from.run ? from.shard : 0; shard < shards; shard += 1) yield { ...lastRun, run, shard };
  }
}

const partsOfShard = async (ledger: Ledger, { pipeline }: JobRecord, ref: ShardRef): Promise<RawPart[]> => {
  const asking = pipeline.stages.filter((stage) => stage.kind === 'generate');
  const parts: RawPart[] = [];
  for (const { stage, attempts } of await ledger.attempts(ref, asking))
    for (const attempt of attempts) if (stage.kind === 'generate') parts.push(...partsOfAttempt(ref, stage, attempt));
  return parts;
};

const partsOfAttempt = (
  ref: ShardRef,
  { number, step, generate }: GenerateStage,
  { attempt, plan, parts }: AttemptFacts,
): RawPart[] => {
  const at = { run: ref.run, stage: number, step, shard: ref.shard, attempt };
  const fileOf = (name: RawName, blob: LineBlobRef | null | undefined): RawFile[] =>
    blob === null || blob === undefined
      ? []
      : [{ kind: name.kind, path: rawPath(at, step, name), rows: blob.lines, bytes: blob.bytes, sha256: blob.sha256 }];
  const asked = parts.map((facts): RawPart => ({
    ...at,
    part: facts.part,
    mode: facts.plan.mode ?? 'batch',
    ...askedOf(facts.plan),
    submissions: facts.submissions.map(rawSubmission),
    resultsOf: facts.results?.submission ?? null,
    files: [...fileOf({ part: facts.part, kind: 'requests' }, facts.plan.requests), ...resultsOf(facts, fileOf)],
  }));
  const nothingAsked = { submissions: [], resultsOf: null };
  const byHand = (plan?.toSend ?? []).map((toSend, part): RawPart => ({
    ...at,
    part,
    mode: 'by-hand',
    ...askedOf(toSend),
    ...nothingAsked,
    files: fileOf({ part, kind: 'requests' }, toSend.requests),
  }));
  const given = fileOf({ part: null, kind: 'output' }, plan?.given);
  const { provider, model, endpoint } = generate;
  return [
    ...asked,
    ...byHand,
    ...(given.length === 0
      ? []
      : [{ ...at, part: null, mode: 'given' as const, provider, model, endpoint, ...nothingAsked, files: given }]),
  ];
};

const askedOf = ({ provider, model, endpoint }: PartPlan) => ({ provider, model, endpoint });

/** The checkpoints of a live part become its results; once these are there, they would be the same lines again. */
const resultsOf = (
  { part, results, chunks = [] }: PartFacts,
  fileOf: (name: RawName, blob: LineBlobRef | null | undefined) => RawFile[],
): RawFile[] => {
  if (results !== undefined)
    return [...fileOf({ part, kind: 'output' }, results.output), ...fileOf({ part, kind: 'errors' }, results.errors)];
  return chunks.flatMap(({ output, errors }, position) => [
    ...fileOf({ part, checkpoint: position + 1, kind: 'output' }, output),
    ...fileOf({ part, checkpoint: position + 1, kind: 'errors' }, errors),
  ]);
};
