import { totalRows } from '@batchmill/contracts';
import type {
  BatchRecord,
  ClosedRecord,
  ControlRecord,
  EndedRecord,
  IntentRecord,
  OutcomesRecord,
  RefusedRecord,
  RejectedRow,
  ResultsRecord,
  Row,
  ShardClosedRecord,
} from '@batchmill/contracts';
import { Bitmap, keys, prefixes } from '@batchmill/ledger';
import { readGivenUp } from './given-up-book.ts';
import type { GivenUpBook } from './given-up-book.ts';
import { linesIn } from './lines-in.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Fate } from './meter.ts';
import type { ProviderWorld } from './provider-world.ts';
import { answerTo } from './result-lines.ts';
import type { SampleJob } from './sample-job.ts';

type Report = (sentence: string) => void;

/** Reads the ledger a schedule has left as a book-keeper would: against the provider's bills, and against itself. */
export const checkLedger = (store: MemoryStore, job: SampleJob, world: ProviderWorld): string[] => {
  const found: string[] = [];
  const report: Report = (sentence) => void found.push(sentence);
  const submissions = submissionsIn(store);
  checkSubmissions(submissions, world, report);
  const book: Book = { store, job, world, report, givenUp: readGivenUp(store, job) };
  checkBills(submissions, book);
  for (const [shard, rows] of job.shards.entries()) checkShard(book, shard, rows);
  return found;
};

type Submission = {
  part: string;
  number: number;
  intent?: IntentRecord;
  batch?: BatchRecord;
  refused?: RefusedRecord;
  ended?: EndedRecord;
};

const SUBMISSION = /^(.*\/a\d+\/p\d+)\/t(\d+)\/(intent|batch|refused|ended)\.json$/;

const submissionsIn = (store: MemoryStore): Submission[] => {
  const found = new Map<string, Submission>();
  for (const key of store.records.keys()) {
    const [, part, number, name] = SUBMISSION.exec(key) ?? [];
    if (part === undefined || name === undefined) continue;
    const place = `${part}/t${number}`;
    const submission = found.get(place) ?? { part, number: Number(number) };
    found.set(place, { ...submission, [name]: store.json(key) });
  }
  return [...found.values()];
};

const checkSubmissions = (submissions: Submission[], world: ProviderWorld, report: Report): void => {
  const files = new Set<string>();
  for (const { part, number, intent, batch, refused, ended } of submissions) {
    const name = `${part}/t${number}`;
    const fileId = intent?.fileId;
    if (fileId != null && files.has(fileId)) report(`${name}: its file is claimed twice`);
    if (fileId != null) files.add(fileId);
    const real = world.batches.find(({ id }) => id === batch?.batchId);
    if (batch !== undefined && (real === undefined || real.inputFileId !== fileId)) {
      report(`${name}: batch.json names a batch that is not of its claim`);
    }
    if (batch !== undefined && intent?.withdrawn === true) report(`${name}: withdrawn, and yet it has a batch`);
    const isPaid = world.meter.bills.some(({ batchId }) => batchId === batch?.batchId);
    if (refused !== undefined && isPaid) report(`${name}: its batch is paid, and yet it is recorded as refused`);
    if (ended !== undefined && (ended.batchId !== batch?.batchId || ended.state !== real?.state)) {
      report(`${name}: ended.json does not say what became of its batch`);
    }
    if (number === 1 || intent === undefined) continue;
    const before = submissions.find((one) => one.part === part && one.number === number - 1);
    if (before?.refused === undefined && before?.ended?.state !== 'failed') {
      report(`${name}: began though nothing says that the one before has come to nothing`);
    }
  }
};

type Book = { store: MemoryStore; job: SampleJob; world: ProviderWorld; report: Report; givenUp: GivenUpBook };

const checkBills = (submissions: Submission[], { store, job, world, report, givenUp }: Book): void => {
  for (const { batchId, fileId, rows } of world.meter.bills) {
    const submission = submissions.find(({ intent }) => intent?.fileId === fileId);
    const results = store.json(`${submission?.part}/results.json`) as ResultsRecord | null;
    const isRecorded = submission?.batch?.batchId === batchId && submission.ended !== undefined;
    const isFetched = results?.submission === submission?.number || givenUp.retrieving(submission?.part ?? '');
    if (!isRecorded || !isFetched) report(`${batchId} is paid and nobody collected it`);
    for (const { row } of rows) {
      const times = world.meter.of(row).length;
      if (times > job.retryAttempts) report(`${row} was executed ${times} times; ${job.retryAttempts} are allowed`);
    }
  }
};

const checkShard = (book: Book, shard: number, rows: Row[]): void => {
  const { store, job, report } = book;
  const { tenant, job: id, run } = job.run;
  const end = store.json(keys.shardClosed({ ...job.run, shard }).key) as ShardClosedRecord;
  let entering = rows;
  for (let number = 1; number <= job.stages && entering.length > 0; number += 1) {
    const stage = String(number).padStart(3, '0');
    const folder = `t/${tenant}/jobs/${id}/runs/${run}/s/${shard}/${stage}`;
    if (end.quarantined && stage > end.lastStage) return checkGivenUp(book, { shard, stage, rows: entering });
    const closed = store.json(`${folder}/closed.json`) as ClosedRecord | null;
    if (closed === null) return report(`${folder} is not closed`);
    checkAttempts(book, folder, entering);
    const goingOn = linesIn<Row>(store, closed.rows);
    const rejects = linesIn<RejectedRow>(store, closed.rejects);
    const seen = [...goingOn, ...rejects].map((row) => row.id).sort();
    const expected = entering.map((row) => row.id).sort();
    if (seen.join() !== expected.join())
      report(`${folder}: rows ${expected.join()} entered, ${seen.join()} have an outcome`);
    if (totalRows(closed.counts) !== entering.length) report(`${folder}: the sum of its outcomes is not its rows`);
    for (const row of goingOn) checkGoingOn(book, stage, row);
    for (const row of rejects) checkReject(book, shard, row);
    entering = goingOn;
  }
};

/** Bits of an attempt's outcomes and of what it asks again: together its rows, each once. */
const checkAttempts = ({ store, report }: Book, folder: string, entering: Row[]): void => {
  let expected = entering.map((_, position) => position);
  for (let attempt = 1; expected.length > 0; attempt += 1) {
    const outcomes = store.json(`${folder}/a${attempt}/outcomes.json`) as OutcomesRecord | null;
    if (outcomes === null) return report(`${folder}/a${attempt} has no outcomes`);
    const positions = (bitmap: string | undefined): number[] => {
      const bits = Bitmap.decode(bitmap);
      return entering.flatMap((_, position) => (bits.has(position) ? [position] : []));
    };
    const again = positions(outcomes.again.bitmap);
    const all = [...Object.values(outcomes.bitmaps).flatMap(positions), ...again].sort((a, b) => a - b);
    if (all.join() !== expected.join()) {
      report(`${folder}/a${attempt}: outcomes for rows ${all.join()}, but the attempt holds ${expected.join()}`);
    }
    expected = again;
  }
};

const checkGoingOn = ({ job, world, report }: Book, stage: string, { id, fields }: Row): void => {
  if (fields['nature'] === 'skipped') return;
  const row = `${job.run.job}/${stage}/${id}`;
  if (fields[`answer-${stage}`] !== answerTo(row))
    report(`${row} goes on with ${JSON.stringify(fields[`answer-${stage}`])}`);
  if (!fatesOf(world, row).includes('intact')) report(`${row} goes on without an answer`);
};

const checkReject = (book: Book, shard: number, { id, stage, outcome, reason }: RejectedRow): void => {
  const { job, world, report, givenUp } = book;
  const row = `${job.run.job}/${stage}/${id}`;
  const fates = fatesOf(world, row);
  if (fates.includes('intact') && !givenUp.retrievingOf(shard, stage, id)) {
    report(`${row} has a paid, intact answer, and yet its outcome is ${outcome}`);
  }
  if (outcome === 'missing' && !['missing', 'garbled'].includes(fates.at(-1) ?? '')) {
    report(`${row} is said to be missing, but the provider has not left it out`);
  }
  if (reason.code === 'crashed' && !givenUp.shard(shard)) report(`${row} is given up, but its shard is not`);
  const mayEnd = isCancelled(book) || world.meter.of(row).length === job.retryAttempts;
  if ((outcome === 'missing' || outcome === 'expired') && !mayEnd) {
    report(`${row} is ${outcome} after ${world.meter.of(row).length} executions; ${job.retryAttempts} are allowed`);
  }
};

/** Rows that have ended where they entered a stage, since their shard was given up. */
const checkGivenUp = (
  { job, world, report, givenUp }: Book,
  { shard, stage, rows }: { shard: number; stage: string; rows: Row[] },
): void => {
  if (!givenUp.shard(shard)) report(`shard ${shard} is closed as given up, and nobody has given it up`);
  if (givenUp.accounting(shard, stage)) return;
  for (const { id } of rows) {
    const row = `${job.run.job}/${stage}/${id}`;
    if (world.meter.of(row).length > 0) report(`${row} is paid, and its stage was never accounted`);
  }
};

const isCancelled = ({ store, job }: Book): boolean =>
  store
    .listed(prefixes.control(job.run))
    .some(({ key }) => (store.json(key) as ControlRecord | null)?.kind === 'cancel');

const fatesOf = (world: ProviderWorld, row: string): Fate[] =>
  world.meter.of(row).flatMap(({ rows }) => rows.filter((one) => one.row === row).map(({ fate }) => fate));
