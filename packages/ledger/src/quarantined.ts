import { batchEnded, cancelRequested, requestsBuilt, runLive } from '@batchmill/contracts';
import type { PartRef, QuarantinedRecord, ShardRef } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, prefixes } from './keys.ts';
import type { Records } from './records.ts';

/** Work of a shard, by the queue that asks for it and what its message names. */
export type Work = Pick<QuarantinedRecord, 'queue' | 'stage' | 'attempt' | 'part' | 'submission'>;

/** What of a part is never tried again, since its shard was given up. */
export type GivenUpOfPart = {
  retrieving: boolean;
  askingLive: boolean;
  /** Submissions, by number, that can neither be withdrawn nor resolved by the submitter. */
  resolving: number[];
  cancelling: number[];
};

/** Why a shard was given up, then what failed while it was wound up. Empty: it was not given up. */
export const readQuarantined = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: ShardRef,
): Promise<QuarantinedRecord[]> => {
  const first = await records.read(keys.quarantined(ref));
  if (first === null) return [];
  const prefix = prefixes.quarantinedWork(ref);
  const found = [first];
  for await (const { key } of store.list(prefix)) {
    const record = await records.read(keys.quarantinedWork(ref, key.slice(prefix.length, -'.json'.length)));
    if (record !== null) found.push(record);
  }
  return found;
};

/** Name of a piece of work among those of its shard: `results-stored-001-a2`. */
export const workName = ({ queue, stage, attempt, part, submission }: Work): string =>
  [
    queue,
    stage,
    ...(attempt === undefined ? [] : [`a${attempt}`]),
    ...(part === undefined ? [] : [`p${part}`]),
    ...(submission === undefined ? [] : [`t${submission}`]),
  ].join('-');

/** Whether this work is never tried again. A number that one of the two does not name stands for all of them. */
export const isGivenUp = (quarantined: QuarantinedRecord[], work: Work): boolean =>
  quarantined.some(
    (record) =>
      record.queue === work.queue &&
      record.stage === work.stage &&
      NUMBERS.every((name) => (record[name] ?? work[name]) === (work[name] ?? record[name])),
  );

const NUMBERS = ['attempt', 'part', 'submission'] as const;

/** undefined: the shard was not given up. */
export const givenUpOfPart = (
  quarantined: QuarantinedRecord[],
  { stage, attempt, part }: Pick<PartRef, 'stage' | 'attempt' | 'part'>,
): GivenUpOfPart | undefined => {
  if (quarantined.length === 0) return undefined;
  const submissionsOf = (records: QuarantinedRecord[], queue: string): number[] =>
    records.flatMap((record) => {
      const { submission } = record;
      const isHere = submission !== undefined && isGivenUp([record], { queue, stage, attempt, part, submission });
      return isHere ? [submission] : [];
    });
  return {
    retrieving: isGivenUp(quarantined, { queue: batchEnded.name, stage, attempt, part }),
    askingLive: isGivenUp(quarantined, { queue: runLive.name, stage, attempt, part }),
    // placing is what the first record gives up: what became of a claim is still found out, once
    resolving: submissionsOf(quarantined.slice(1), requestsBuilt.name),
    cancelling: submissionsOf(quarantined, cancelRequested.name),
  };
};
