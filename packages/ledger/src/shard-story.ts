import type { AttemptRef, ChunkRecord, LiveCounts, PartPlan, QuarantinedRecord, ShardRef } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, parseShardKey, prefixes } from './keys.ts';
import type { ShardKey } from './keys.ts';
import { readQuarantined } from './quarantined.ts';
import type { Records } from './records.ts';
import { tellSubmission } from './shard-story-submission.ts';
import { counted, linesOf, outcomes, placeName, reasons, rows, withdrawnWhy } from './shard-story-words.ts';
import { byCause } from './story-order.ts';

/** One thing that has happened to a shard, by the record that says so. `at` in ms since 1970. */
export type StoryLine = { at: number; stage: string; text: string };

type Told = { at: number; text: string };

/** What happened to a shard, in order, from its records alone. */
export const tellShard = async (
  { store, records }: { store: ObjectStore; records: Records },
  ref: ShardRef,
): Promise<StoryLine[]> => {
  const prefix = prefixes.shard(ref);
  const found: ShardKey[] = [];
  for await (const { key } of store.list(prefix)) {
    const parsed = parseShardKey(key.slice(prefix.length));
    if (parsed !== null) found.push(parsed);
  }
  const lines: StoryLine[] = [];
  const partsOf = partCounter(records);
  // of what has happened within the same millisecond the cause is told first
  for (const key of found.sort(byCause)) {
    const told = await tell(records, ref, key, partsOf);
    if (told !== null) lines.push({ ...told, stage: key.stage });
  }
  lines.push(...(await readQuarantined({ store, records }, ref)).map(tellQuarantined));
  const closed = await records.read(keys.shardClosed(ref));
  if (closed !== null) {
    const how = closed.quarantined
      ? `the shard is closed as given up, with ${rows(closed.rows)} without an answer`
      : `the shard is closed: ${rows(closed.rows)} to deliver`;
    lines.push({ at: closed.at, stage: closed.lastStage, text: how });
  }
  return lines.sort((a, b) => a.at - b.at);
};

const tell = async (
  records: Records,
  ref: ShardRef,
  key: ShardKey,
  partsOf: (ref: AttemptRef) => Promise<number>,
): Promise<Told | null> => {
  switch (key.kind) {
    case 'closed':
      return tellClosed(records, ref, key.stage);
    case 'plan':
      return tellPlan(records, { ...ref, ...key });
    case 'outcomes':
      return tellOutcomes(records, { ...ref, ...key });
    case 'results': {
      const record = await records.read(keys.results({ ...ref, ...key }));
      if (record === null) return null;
      const place = placeName({ ...key, parts: await partsOf({ ...ref, ...key }) });
      const verb = record.live === undefined ? 'fetched' : 'answered:';
      const text = `${resultsText(verb, record.output, record.errors)}${sentAgain(record.live)}`;
      return { at: record.at, text: `${place}: ${text}` };
    }
    case 'chunk': {
      const record = await records.read(keys.chunk({ ...ref, ...key }, key.chunk));
      const text = record === null ? null : chunkText(key, record);
      if (record === null || text === null) return null;
      const place = placeName({ ...key, parts: await partsOf({ ...ref, ...key }) });
      return { at: record.at, text: `${place}: ${text}` };
    }
    case 'submission': {
      const { stage, attempt, part, submission } = key;
      const place = { ...ref, stage, attempt, part, submission };
      const told = await tellSubmission(records, place, key.record);
      if (told === null) return null;
      return { at: told.at, text: `${placeName({ ...place, parts: await partsOf(place) })}: ${told.text}` };
    }
  }
};

const tellClosed = async (records: Records, ref: ShardRef, stage: string): Promise<Told | null> => {
  const record = await records.read(keys.closed(ref, stage));
  if (record === null) return null;
  const { at, entering, counts } = record;
  if (record.takenOver === true) return { at, text: `${rows(entering)} taken over from an earlier run` };
  return { at, text: stage === '000' ? `${rows(entering)} came in` : `the step is over: ${outcomes(counts)}` };
};

const tellPlan = async (records: Records, ref: AttemptRef): Promise<Told | null> => {
  const record = await records.read(keys.plan(ref));
  if (record === null) return null;
  const place = placeName(ref);
  if (record.withdrawn === true) return { at: record.at, text: `${place}: not begun, since ${withdrawnWhy(record)}` };
  const { asked, parts, unaskable } = record;
  const unneeded = record.rows - asked - (unaskable?.lines ?? 0);
  const text = [
    ...(asked === 0 ? ['there is nothing to ask'] : [`${counted(asked, 'request')} made, ${purposeOf(parts)}`]),
    ...(unneeded === 0 ? [] : [`${rows(unneeded)} skipped by \`when\``]),
    ...(unaskable === undefined ? [] : [`of ${rows(unaskable.lines)} no request can be made`]),
  ].join('; ');
  return { at: record.at, text: `${place}: ${text}` };
};

const purposeOf = (parts: PartPlan[]): string => {
  const many = `${parts.length} ${parts[0]?.mode === 'live' ? 'portions' : 'batches'} (its parts)`;
  if (parts[0]?.mode === 'live') return parts.length === 1 ? 'to be asked live' : `to be asked live, in ${many}`;
  return `for ${parts.length === 1 ? 'one batch' : many}`;
};

const tellOutcomes = async (records: Records, ref: AttemptRef): Promise<Told | null> => {
  const record = await records.read(keys.outcomes(ref));
  if (record === null) return null;
  const { at, counts, again, lines } = record;
  const verb = again.rows === 1 ? 'is' : 'are';
  const why = reasons(again.reasons);
  const text = [
    ...(Object.values(counts).some((count) => count > 0) ? [outcomes(counts)] : []),
    ...(again.rows === 0 ? [] : [`${rows(again.rows)} ${verb} asked again${why === '' ? '' : ` (${why})`}`]),
    ...strayLines(lines),
  ].join('; ');
  return { at, text: `${placeName(ref)} is counted: ${text || 'no rows'}` };
};

const strayLines = (lines: { unknown: number; duplicate: number; unparsable: number }): string[] => {
  const named = reasons(lines);
  return named === '' ? [] : [`lines of the provider set aside: ${named}`];
};

const sentAgain = (live: LiveCounts | undefined): string => {
  const parts = [
    reasons(live?.retried ?? {}),
    live === undefined || live.repeated === 0 ? '' : `at most ${live.repeated} after a kill`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `; requests sent again: ${parts.join(', ')}`;
};

/** Only the first record of a sitting is told; what its checkpoints hold is told by the results. */
const chunkText = ({ chunk }: { chunk: number }, { worker, mayRepeat, output, errors }: ChunkRecord): string | null => {
  if (output !== null || errors !== null || mayRepeat === 0) return null;
  return `${worker} asks live${chunk === 1 ? '' : ', on from the last checkpoint'}`;
};

const resultsText = (verb: string, output: { lines: number } | null, errors: { lines: number } | null): string =>
  output === null && errors === null
    ? 'there is no file of answers to fetch'
    : `${verb} ${linesOf(output, 'output file')} and ${linesOf(errors, 'error file')}`;

const tellQuarantined = (record: QuarantinedRecord, index: number): StoryLine => {
  const { at, stage, message } = record;
  const what = index === 0 ? 'the shard is given up at' : 'while it is wound up, given up as well:';
  const then = index === 0 ? ' Nothing new begins; what is paid is kept.' : '';
  return { at, stage, text: `${what} ${workName(record)}: ${message}${then}` };
};

const workName = ({ queue, attempt, part, submission }: QuarantinedRecord): string => {
  const named = Object.entries({ attempt, part, submission }).flatMap(([name, number]) =>
    number === undefined ? [] : [`${name} ${number}`],
  );
  return named.length === 0 ? queue : `${queue} (${named.join(', ')})`;
};

/** How many parts an attempt has; each plan is read once. */
const partCounter = (records: Records): ((ref: AttemptRef) => Promise<number>) => {
  const known = new Map<string, Promise<number>>();
  return (ref) => {
    const place = keys.plan(ref);
    const parts = known.get(place.key) ?? records.read(place).then((plan) => plan?.parts.length ?? 1);
    known.set(place.key, parts);
    return parts;
  };
};
