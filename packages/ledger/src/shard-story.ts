import { OUTCOMES } from '@batchmill/contracts';
import type { LiveCounts, OutcomeCounts, ShardRef } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import { keys, parseShardKey, prefixes } from './keys.ts';
import type { ShardKey } from './keys.ts';
import { byCause } from './story-order.ts';
import type { Next, Task } from './next-tasks.ts';
import type { Wait } from './wait.ts';
import type { Records } from './records.ts';

/** One thing that has happened to a shard, by the record that says so. `at` in ms since 1970. */
export type StoryLine = { at: number; stage: string; text: string };

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
  // of what has happened within the same millisecond the cause is told first
  for (const key of found.sort(byCause)) {
    const line = await tell(records, ref, key);
    if (line !== null) lines.push(line);
  }
  const quarantined = await records.read(keys.quarantined(ref));
  if (quarantined !== null) {
    const { at, stage, queue, message } = quarantined;
    lines.push({ at, stage, text: `given up at ${queue}: ${message}; its open rows are failed` });
  }
  const closed = await records.read(keys.shardClosed(ref));
  if (closed !== null)
    lines.push({ at: closed.at, stage: closed.lastStage, text: `shard closed, ${rows(closed.rows)} delivered` });
  return lines.sort((a, b) => a.at - b.at);
};

/** What comes next for a shard, as nextTasks sees it now. */
export const tellNext = (next: Next): string[] => {
  if (next.kind === 'closed') return ['nothing: the shard is closed'];
  if (next.kind === 'close') return ['the shard is closed'];
  return [...next.tasks.map(tellTask), ...next.waits.map(tellWait)];
};

const tell = async (records: Records, ref: ShardRef, key: ShardKey): Promise<StoryLine | null> => {
  const line = (record: { at: number } | null, text: string): StoryLine | null =>
    record === null ? null : { at: record.at, stage: key.stage, text };
  switch (key.kind) {
    case 'closed': {
      const record = await records.read(keys.closed(ref, key.stage));
      if (record?.takenOver === true) return line(record, `${rows(record.entering)} taken over from an earlier run`);
      const what = key.stage === '000' ? 'read from the source' : 'stage closed';
      return line(record, `${what}: ${counts(record?.counts ?? {})}`);
    }
    case 'plan': {
      const record = await records.read(keys.plan({ ...ref, ...key }));
      if (record?.withdrawn === true) return line(record, `attempt ${key.attempt} withdrawn by a cancel`);
      const parts = record?.parts.length ?? 0;
      return line(record, `attempt ${key.attempt}: ${record?.asked ?? 0} requests built in ${parts} parts`);
    }
    case 'outcomes': {
      const record = await records.read(keys.outcomes({ ...ref, ...key }));
      const again =
        record === null || record.again.rows === 0
          ? ''
          : `; ${rows(record.again.rows)} asked again (${reasons(record.again.reasons)})`;
      return line(record, `attempt ${key.attempt} accounted: ${counts(record?.counts ?? {})}${again}`);
    }
    case 'chunk': {
      const record = await records.read(keys.chunk({ ...ref, ...key }, key.chunk));
      // only the first record of a sitting; what its checkpoints hold is told by the results
      if (record?.output !== null || record.errors !== null || record.mayRepeat === 0) return null;
      const again = key.chunk === 1 ? '' : ' on, from the last checkpoint';
      return line(record, `attempt ${key.attempt}, part ${key.part}: ${record.worker} asks live${again}`);
    }
    case 'results': {
      const record = await records.read(keys.results({ ...ref, ...key }));
      const stored = `${record?.output?.lines ?? 0} output and ${record?.errors?.lines ?? 0} error lines`;
      return line(record, `attempt ${key.attempt}, part ${key.part}: ${stored} stored${sentAgain(record?.live)}`);
    }
    case 'submission':
      return tellSubmission(records, ref, key);
  }
};

const tellSubmission = async (
  records: Records,
  ref: ShardRef,
  key: Extract<ShardKey, { kind: 'submission' }>,
): Promise<StoryLine | null> => {
  const place = { ...ref, stage: key.stage, attempt: key.attempt, part: key.part, submission: key.submission };
  const line = (record: { at: number } | null, text: string): StoryLine | null =>
    record === null
      ? null
      : {
          at: record.at,
          stage: key.stage,
          text: `attempt ${key.attempt}, part ${key.part}, submission ${key.submission}: ${text}`,
        };
  switch (key.record) {
    case 'file': {
      const record = await records.read(keys.file(place));
      return line(record, `${rows(record?.rows ?? 0)} uploaded as ${record?.fileId ?? ''}`);
    }
    case 'intent': {
      const record = await records.read(keys.intent(place));
      return line(record, record?.withdrawn === true ? 'withdrawn by a cancel' : `claimed by ${record?.worker ?? ''}`);
    }
    case 'batch': {
      const record = await records.read(keys.batch(place));
      const how = record?.adopted === true ? 'found at the provider and adopted' : 'accepted by the provider';
      return line(record, `batch ${record?.batchId ?? ''} ${how}`);
    }
    case 'refused': {
      const record = await records.read(keys.refused(place));
      return line(record, `refused (${record?.kind ?? ''}): ${record?.message ?? ''}`);
    }
    case 'fenced': {
      const record = await records.read(keys.fenced(place));
      return line(
        record,
        `no answer and no batch within the lease: input file ${record?.fileId ?? ''} deleted as a fence`,
      );
    }
    case 'cancel-sent': {
      const record = await records.read(keys.cancelSent(place));
      return line(record, `cancel sent to the provider (${record?.result ?? ''})`);
    }
    case 'ended': {
      const record = await records.read(keys.ended(place));
      const [error] = record?.errors ?? [];
      const why = error === undefined ? '' : `: ${error.message}`;
      return line(record, `batch ${record?.batchId ?? ''} ended ${record?.state ?? ''}${why}`);
    }
    default:
      return null;
  }
};

const tellTask = (task: Task): string => {
  switch (task.kind) {
    case 'build':
      return `requests of attempt ${task.attempt} in stage ${task.stage} are built`;
    case 'transform':
      return `the rows are transformed in stage ${task.stage}`;
    case 'submit':
      return `part ${task.part} of attempt ${task.attempt} is placed or resolved (submission ${task.submission})`;
    case 'cancel':
      return `the batch of part ${task.part} is cancelled at the provider`;
    case 'retrieve':
      return `the files of part ${task.part} are fetched`;
    case 'run-live':
      return `the rows of part ${task.part} of attempt ${task.attempt} are asked live`;
    case 'account':
      return `the rows of attempt ${task.attempt} in stage ${task.stage} are accounted`;
  }
};

const WAITS: Record<Wait['on'], string> = {
  batch: 'waits for a batch at the provider',
  pool: 'waits before the next submission',
  pause: 'waits: the job is paused',
  fence: 'waits until it is certain what became of a claim',
  operator: 'waits for its owner',
};

const tellWait = ({ on, until, reason }: Wait): string => {
  const time = until === null ? '' : ` until ${new Date(until).toISOString()}`;
  return `${WAITS[on]}${time}${reason === undefined ? '' : `: ${reason}`}`;
};

const sentAgain = (live: LiveCounts | undefined): string => {
  const parts = [
    ...Object.entries(live?.retried ?? {}).map(([reason, count]) => `${count} ${reason}`),
    ...(live === undefined || live.repeated === 0 ? [] : [`at most ${live.repeated} after a kill`]),
  ];
  return parts.length === 0 ? '' : `; requests sent again: ${parts.join(', ')}`;
};

const rows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`;

const counts = (of: OutcomeCounts): string =>
  OUTCOMES.flatMap((outcome) => (of[outcome] ? [`${of[outcome]} ${outcome}`] : [])).join(', ') || 'no rows';

const reasons = (of: Record<string, number>): string =>
  Object.entries(of)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
