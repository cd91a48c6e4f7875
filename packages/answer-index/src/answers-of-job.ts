import { parseCustomId } from '@batchmill/contracts';
import type {
  AnswerLine,
  AttemptRef,
  FailureLine,
  GenerateStage,
  JobRecord,
  OutcomesRecord,
  ShardRef,
} from '@batchmill/contracts';
import { keys, placedLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { readResultLine, worthOf } from '@batchmill/providers';
import { DIGEST_BYTES, requestDigest } from './digest.ts';
import type { FoundAnswer } from './write-index.ts';

/**
 * What a job was answered, by what it asked: the line of each row that went on or was removed, and those before it that
 * it was asked again for. Streams part by part; holds the rows of a shard, and no text.
 */
export async function* answersOfJob(ledger: Ledger, { tenant, job, pipeline }: JobRecord): AsyncGenerator<FoundAnswer> {
  const stages = pipeline.stages.filter((stage) => stage.kind === 'generate');
  const runs = await ledger.latestRun({ tenant, job });
  for (let run = 1; run <= runs; run += 1) {
    const shards = (await ledger.read(keys.shards({ tenant, job, run })))?.shards ?? 0;
    for (let shard = 0; shard < shards; shard += 1) {
      for (const stage of stages) yield* answersOfStage(ledger, { tenant, job, run, shard }, stage);
    }
  }
}

async function* answersOfStage(ledger: Ledger, ref: ShardRef, stage: GenerateStage): AsyncGenerator<FoundAnswer> {
  const attempts: { ref: AttemptRef; answered: Set<string> }[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const at = { ...ref, stage: stage.number, attempt };
    const outcomes = await ledger.read(keys.outcomes(at));
    if (outcomes === null) break;
    attempts.push({ ref: at, answered: await answeredIn(ledger, outcomes) });
  }
  const answered = new Set(attempts.flatMap((attempt) => [...attempt.answered]));
  // the last word on a request is the one that counts, where a row was asked the same twice
  const seen = new Set<string>();
  for (const attempt of attempts.reverse()) {
    const leastWorth = (row: string): number => (attempt.answered.has(row) ? 0 : answered.has(row) ? 1 : NEVER);
    for await (const found of answersOfAttempt(ledger, attempt.ref, stage, leastWorth)) {
      const mark = `${found.row} ${Buffer.from(found.digest).toString('latin1')}`;
      if (attempts.length > 1 && seen.has(mark)) continue;
      if (attempts.length > 1) seen.add(mark);
      yield found;
    }
  }
}

const NEVER = Number.POSITIVE_INFINITY;

const answeredIn = async (ledger: Ledger, { answers, failures }: OutcomesRecord): Promise<Set<string>> => {
  const answered = new Set<string>();
  for await (const { row } of ledger.readLines<AnswerLine>(answers)) answered.add(row);
  for await (const { row, outcome } of ledger.readLines<FailureLine>(failures)) {
    if (outcome === 'removed') answered.add(row);
  }
  return answered;
};

type RowAnswer = FoundAnswer & { row: string };

/** What a line must be worth to be taken for its row: any line that gave the outcome, else no error. */
type LeastWorth = (row: string) => number;

async function* answersOfAttempt(
  ledger: Ledger,
  attempt: AttemptRef,
  { generate }: GenerateStage,
  leastWorth: LeastWorth,
): AsyncGenerator<RowAnswer> {
  const plan = await ledger.read(keys.plan(attempt));
  for (const [part, { requests, provider, endpoint }] of (plan?.parts ?? []).entries()) {
    const results = await ledger.read(keys.results({ ...attempt, part }));
    if (results === null) continue;
    const digests = new Map<string, Uint8Array>();
    for await (const { line } of placedLines(ledger.store.read(requests.key, { expect: requests }))) {
      const request = readRequest(line);
      if (leastWorth(request.row) === NEVER) continue;
      digests.set(request.row, requestDigest({ provider, endpoint }, request.body));
    }
    const blobs = [results.output, results.errors].filter((blob) => blob !== null);
    yield* bestLines(ledger, blobs, { endpoint, digests, leastWorth });
  }
  if (plan?.given === undefined || plan.givenDigests === undefined) return;
  const all = await Array.fromAsync(ledger.store.read(plan.givenDigests.key, { expect: plan.givenDigests }));
  const bytes = Buffer.concat(all);
  let line = 0;
  for await (const found of linesOf(ledger, plan.given.key)) {
    const row = rowOf(found.line, generate.endpoint);
    const digest = bytes.subarray(line * DIGEST_BYTES, (line + 1) * DIGEST_BYTES);
    line += 1;
    if (row !== null && row.worth >= leastWorth(row.row)) yield { row: row.row, digest, ...found.place };
  }
}

/** Of each row the one line that counts; see the post-processor. */
async function* bestLines(
  ledger: Ledger,
  blobs: { key: string }[],
  { endpoint, digests, leastWorth }: { endpoint: string; digests: Map<string, Uint8Array>; leastWorth: LeastWorth },
): AsyncGenerator<RowAnswer> {
  const best = new Map<string, RowAnswer & { worth: number }>();
  for (const { key } of blobs) {
    for await (const { line, place } of linesOf(ledger, key)) {
      const read = rowOf(line, endpoint);
      const digest = read === null ? undefined : digests.get(read.row);
      if (read === null || digest === undefined || read.worth < leastWorth(read.row)) continue;
      if (read.worth > (best.get(read.row)?.worth ?? -1)) best.set(read.row, { ...read, digest, ...place });
    }
  }
  for (const { worth: _worth, ...found } of best.values()) yield found;
}

async function* linesOf(ledger: Ledger, key: string) {
  for await (const { start, line } of placedLines(ledger.store.read(key))) {
    yield { line: Buffer.from(line).toString(), place: { blob: key, start, bytes: line.length } };
  }
}

const rowOf = (line: string, endpoint: string): { row: string; worth: number } | null => {
  const read = readResultLine(line, endpoint);
  const parts = read.kind === 'unparsable' ? null : parseCustomId(read.customId);
  return parts === null || read.kind === 'unparsable' ? null : { row: parts.row, worth: worthOf(read) };
};

const BODY = Buffer.from(',"body":');
const CUSTOM_ID = /^\{"custom_id":"([A-Za-z0-9_-]+)"/;
const LONGEST_START = 120;

/** A request line of ours: what it asks stands at its end, as it was sent. */
const readRequest = (bytes: Uint8Array): { row: string; body: Uint8Array } => {
  const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts = parseCustomId(CUSTOM_ID.exec(line.toString('latin1', 0, LONGEST_START))?.[1] ?? '');
  const at = line.indexOf(BODY);
  if (parts === null || at === -1) throw new Error('a stored request is no line of ours');
  return { row: parts.row, body: line.subarray(at + BODY.length, line.length - 1) };
};
