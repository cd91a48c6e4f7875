import type { AttemptRef, JobRecord, LineBlobRef, PlanRecord } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { parseRawPath, rawPath } from './raw-paths.ts';
import type { RawName } from './raw-paths.ts';

/** The blob of a raw file by its path; null where the job has none there. */
export const findRawFile = async (
  ledger: Ledger,
  { tenant, job, pipeline }: JobRecord,
  path: string,
): Promise<LineBlobRef | null> => {
  const place = parseRawPath(path);
  const stage = pipeline.stages.find(({ number }) => number === place?.stage);
  if (place === null || stage === undefined || rawPath(place, stage.step, place) !== path) return null;
  const { run, shard, attempt, ...name } = place;
  const ref: AttemptRef = { tenant, job, run, shard, stage: stage.number, attempt };
  const plan = await ledger.read(keys.plan(ref));
  return plan === null ? null : blobOf(ledger, ref, plan, name);
};

const blobOf = async (
  ledger: Ledger,
  ref: AttemptRef,
  plan: PlanRecord,
  { part, checkpoint, kind }: RawName,
): Promise<LineBlobRef | null> => {
  if (part === null) return kind === 'output' ? (plan.given ?? null) : null;
  if (kind === 'requests') return (plan.parts[part] ?? plan.toSend?.[part])?.requests ?? null;
  const at = { ...ref, part };
  const record =
    checkpoint === undefined ? await ledger.read(keys.results(at)) : await ledger.read(keys.chunk(at, checkpoint));
  return record?.[kind] ?? null;
};
