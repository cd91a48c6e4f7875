import { deliveredFileSchema } from '@batchmill/contracts';
import type { JobRecord, DeliveredFile, PartPlan, RequestLimits, RunRef, ShardRef } from '@batchmill/contracts';
import { keys, placedLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { blobSink, finalRows } from '@batchmill/outputs';
import type { FileSink, RunShards } from '@batchmill/outputs';

/** Whoever prepares requests finds its files here. */
const FOLDER = 'prepared';
const NEWLINE = Buffer.from('\n');
const MEDIA_TYPE = 'application/x-ndjson';

/**
 * Of a job by hand: the requests of its open step, in files that a provider takes; the rows as they enter it, so that their
 * answers can be taken up on any machine; and the given lines that belong to no row.
 */
export const writePrepared = async (
  ledger: Ledger,
  ref: RunRef,
  { byHand, pipeline }: JobRecord,
  runs: RunShards[],
): Promise<DeliveredFile[]> => {
  if (byHand === undefined) return [];
  const files: DeliveredFile[] = [];
  const add = async (name: string, body: Pick<DeliveredFile, 'path' | 'rows' | 'blob'>): Promise<void> => {
    const { record } = await ledger.write(keys.output(ref, name), { ...body, mediaType: MEDIA_TYPE });
    files.push(deliveredFileSchema.parse(record));
  };
  const unmatched = (await ledger.read(keys.answers(ref)))?.unmatched;
  if (unmatched !== undefined)
    await add('unmatched', { path: 'unmatched.jsonl', rows: unmatched.lines, blob: unmatched });
  const { open } = byHand;
  if (open === undefined) return files;
  const requests = await writeRequests(ledger, ref, runs, open);
  for (const [position, file] of requests.entries()) {
    const number = position + 1;
    await add(`requests-${number}`, { path: `${FOLDER}/requests-${number}.jsonl`, ...file });
  }
  const rows = blobSink(ledger, ref, 'prepared-rows');
  let count = 0;
  for await (const { row, reject } of finalRows(ledger, pipeline, runs)) {
    const isWaiting = reject === undefined || (reject.stage === open.stage && reject.outcome === 'missing');
    await rows.write(Buffer.from(`${JSON.stringify(isWaiting ? row : reject)}\n`));
    count += 1;
  }
  await add('prepared-rows', { path: `${FOLDER}/rows.jsonl`, rows: count, blob: await rows.finish() });
  return files;
};

type RequestFile = { sink: FileSink; rows: number; bytes: number };
type WrittenRequests = Pick<DeliveredFile, 'rows' | 'blob'>;

/** All shards' requests in order, one model in a file, each within what the provider takes. */
const writeRequests = async (
  ledger: Ledger,
  ref: RunRef,
  runs: RunShards[],
  { stage, limits }: { stage: string; limits: RequestLimits },
): Promise<WrittenRequests[]> => {
  const written: WrittenRequests[] = [];
  const open = new Map<string, RequestFile>();
  const finish = async (model: string, { sink, rows }: RequestFile): Promise<void> => {
    open.delete(model);
    written.push({ rows, blob: await sink.finish() });
  };
  for await (const { requests, model } of partsToSend(ledger, runs, stage)) {
    for await (const { line } of placedLines(ledger.store.read(requests.key, { expect: requests }))) {
      let file = open.get(model);
      if (file !== undefined && isFull(file, line.byteLength + 1, limits)) {
        await finish(model, file);
        file = undefined;
      }
      if (file === undefined) {
        const [oldest] = open;
        if (oldest !== undefined && open.size >= OPEN_AT_MOST) await finish(...oldest);
        file = { sink: blobSink(ledger, ref, `requests-${written.length}`), rows: 0, bytes: 0 };
        open.set(model, file);
      }
      file.rows += 1;
      file.bytes += line.byteLength + 1;
      await file.sink.write(Buffer.concat([line, NEWLINE]));
    }
  }
  for (const [model, file] of open) await finish(model, file);
  return written;
};

/** One file per model is open: a template may name a model per row. */
const OPEN_AT_MOST = 64;

const isFull = ({ rows, bytes }: RequestFile, more: number, limits: RequestLimits): boolean =>
  rows + 1 > limits.requests || bytes + more > limits.bytes;

async function* partsToSend(ledger: Ledger, runs: RunShards[], stage: string): AsyncGenerator<PartPlan> {
  for (const { ref, shards } of runs) {
    for (let shard = 0; shard < shards; shard += 1) {
      const at: ShardRef = { ...ref, shard };
      yield* (await ledger.read(keys.plan({ ...at, stage, attempt: 1 })))?.toSend ?? [];
    }
  }
}
