import { Bitmap } from './bitmap.ts';
import type { Control } from './control.ts';
import { nextOfLivePart } from './next-of-live-part.ts';
import type { PartFacts, SubmissionFacts } from './shard-facts.ts';
import { learnedLimits, recutOf, refusalsAlone } from './token-limits.ts';
import type { Wait } from './wait.ts';

/** How long a claim is left alone (ms), how long after a fence the list is looked at again, where tries end. */
export type SubmissionSettings = {
  leaseMs: number;
  settleMs: number;
  /** Wait before the next submission after a refusal or a full pool: doubled each time up to the maximum. */
  backoffMs: number;
  maxBackoffMs: number;
  /** Submissions of one part that may end in an unexplained refusal or failure before its rows are `failed`. */
  maxFailures: number;
  /** Submissions of a single request that may be refused for lack of room, though nothing else of ours waits, before it is `failed`. */
  maxRefusalsAlone: number;
};

export type NextOfPart = {
  /** Nothing will change any more: its rows can be accounted. */
  settled: boolean;
  /** A number to be taken without asking the submitter, who has failed at it, so that nobody can place the part any more. */
  withdraw?: number;
  submit?: { submission: number; notBeforeMs?: number };
  cancel?: number;
  retrieve?: true;
  /** Its rows are asked live. */
  runLive?: true;
  wait?: Wait;
};

/** What comes next for one part: place it, resolve it, wait for its batch, fetch it, or place it again. */
export const nextOfPart = (
  part: PartFacts,
  control: Control,
  nowMs: number,
  settings: SubmissionSettings,
): NextOfPart => {
  if (part.results !== undefined) return { settled: true };
  if (part.plan.mode === 'live') return nextOfLivePart(part, control);
  const last = part.submissions.at(-1);
  if (last === undefined) return nextSubmission(part, 1, { control, nowMs });
  if (last.intent?.withdrawn === true) return { settled: true };
  if (last.ended !== undefined) return afterEnd(part, last, { control, nowMs, settings });
  if (last.batch !== undefined) return whileOpen(part, last, control);
  if (last.refused !== undefined) return afterRefusal(part, last, { control, nowMs, settings });
  if (last.intent !== undefined && isUnresolvable(part, last.number)) return askOwner(part);
  if (last.fenced !== undefined) {
    const until = last.fenced.at + settings.settleMs;
    return {
      settled: false,
      submit: { submission: last.number, notBeforeMs: until },
      wait: { on: 'fence', until },
    };
  }
  // a claim without an answer is resolved, whatever the user has said meanwhile; a file alone may be claimed
  if (last.intent !== undefined) {
    return { settled: false, submit: { submission: last.number }, wait: { on: 'fence', until: null } };
  }
  return nextSubmission(part, last.number, { control, nowMs });
};

type Circumstances = { control: Control; nowMs: number; settings: SubmissionSettings };

const nextSubmission = (
  part: PartFacts,
  submission: number,
  { control, nowMs }: Pick<Circumstances, 'control' | 'nowMs'>,
  notBeforeMs?: number,
): NextOfPart => {
  const submit = { submission, ...(notBeforeMs === undefined ? {} : { notBeforeMs }) };
  if (isUnresolvable(part, submission)) return { settled: false, withdraw: submission };
  // of a cancelled run or a shard that was given up, the submitter withdraws it: nobody can place it any more
  if (control.cancelled || part.givenUp !== undefined) return { settled: false, submit: { submission } };
  if (control.paused) return { settled: false, wait: { on: 'pause', until: null } };
  if (notBeforeMs !== undefined && notBeforeMs > nowMs) {
    return { settled: false, submit, wait: { on: 'pool', until: notBeforeMs } };
  }
  return { settled: false, submit };
};

/** The submitter has failed at it for good, and is not asked to withdraw or resolve it any more. */
const isUnresolvable = ({ givenUp }: PartFacts, submission: number): boolean =>
  givenUp?.resolving.includes(submission) === true;

const askOwner = ({ plan }: PartFacts): NextOfPart => {
  const reason = `it is not known whether ${plan.provider} took a batch of ${plan.requests.lines} rows, and finding out has failed for good; see \`batchmill resolve\``;
  return { settled: false, wait: { on: 'operator', until: null, reason } };
};

// what is paid is waited for also where the shard was given up; only a user cancels it
const whileOpen = (part: PartFacts, last: SubmissionFacts, control: Control): NextOfPart => ({
  settled: false,
  wait: { on: 'batch', until: null },
  ...(control.cancelled && mayCancel(part, last) ? { cancel: last.number } : {}),
});

/** Whether the provider is still to be told that a batch is not wanted. */
export const mayCancel = ({ givenUp }: PartFacts, { number, cancelSent }: SubmissionFacts): boolean =>
  cancelSent === undefined && givenUp?.cancelling.includes(number) !== true;

const fetched = ({ givenUp }: PartFacts): NextOfPart =>
  givenUp?.retrieving === true ? { settled: true } : { settled: false, retrieve: true };

const afterEnd = (part: PartFacts, last: SubmissionFacts, { control, nowMs, settings }: Circumstances): NextOfPart => {
  const { ended } = last;
  // a failed batch that has files all the same is fetched: its finished rows are kept
  const hasFiles = ended?.outputFileId != null || ended?.errorFileId != null;
  if (ended === undefined || ended.state !== 'failed' || hasFiles) return fetched(part);
  if (ended.failure === 'bad-lines' && badLines(last) >= (last.file?.rows ?? 0)) return fetched(part);
  if (isUnexplained(last)) return afterFailure(part, last, ended.at, { control, nowMs, settings });
  if (isHopeless(part, settings)) return fetched(part);
  const isAtOnce = ended.failure === 'bad-lines' || ended.failure === 'fenced' || isTooLarge(part);
  const notBeforeMs = ended.at + (isAtOnce ? 0 : backoff(part, settings));
  return nextSubmission(part, last.number + 1, { control, nowMs }, notBeforeMs);
};

const afterRefusal = (
  part: PartFacts,
  last: SubmissionFacts,
  { control, nowMs, settings }: Circumstances,
): NextOfPart => {
  const { refused } = last;
  if (refused === undefined) return nextSubmission(part, last.number + 1, { control, nowMs });
  if (refused.kind === 'bad-input') return fetched(part);
  if (isUnexplained(last)) return afterFailure(part, last, refused.at, { control, nowMs, settings });
  if (refused.kind === 'fenced') return nextSubmission(part, last.number + 1, { control, nowMs });
  if (isHopeless(part, settings)) return fetched(part);
  const waitMs = isTooLarge(part) ? 0 : Math.max(refused.retryAfterMs ?? 0, backoff(part, settings));
  const notBeforeMs = refused.at + waitMs;
  const next = nextSubmission(part, last.number + 1, { control, nowMs }, notBeforeMs);
  if (refused.kind !== 'unauthorized' && refused.kind !== 'no-credit') return next;
  return { ...next, wait: { on: 'operator', until: notBeforeMs, reason: refused.message } };
};

const afterFailure = (
  part: PartFacts,
  { number }: SubmissionFacts,
  atMs: number,
  { control, nowMs, settings }: Circumstances,
): NextOfPart => {
  const failures = part.submissions.filter(isUnexplained).length;
  if (failures >= settings.maxFailures) return fetched(part);
  return nextSubmission(part, number + 1, { control, nowMs }, atMs + backoff(part, settings));
};

/** One request for which there was never room, though nothing else of ours waited: it is not asked for ever. */
const isHopeless = (part: PartFacts, { maxRefusalsAlone }: SubmissionSettings): boolean =>
  part.plan.requests.lines === 1 && refusalsAlone(part) >= maxRefusalsAlone;

/** The next submission is withdrawn for it, and its rows cut anew: there is nothing to wait for. */
const isTooLarge = (part: PartFacts): boolean => {
  const { limitTokens } = learnedLimits([{ parts: [part] }], part.plan);
  return recutOf(part, limitTokens) !== null;
};

/** A submission that came to nothing, and nothing is known that would make the next one go better. */
const isUnexplained = (submission: SubmissionFacts): boolean => {
  const { refused, ended, fenced } = submission;
  // a file we have deleted is gone; one we have not should be there
  if (refused?.kind === 'fenced' || ended?.failure === 'fenced') return fenced === undefined;
  if (ended?.failure === 'bad-lines') return badLines(submission) === 0;
  return refused?.kind === 'other' || ended?.failure === 'other';
};

/** Lines of the submission's own file that the provider has named as bad. */
const badLines = ({ file, ended }: SubmissionFacts): number => {
  const bad = Bitmap.decode(ended?.badLines);
  let count = 0;
  for (let line = 0; line < (file?.rows ?? 0); line += 1) if (bad.has(line)) count += 1;
  return count;
};

/** Doubled for each submission in a row that came to nothing. */
const backoff = (part: PartFacts, { backoffMs, maxBackoffMs }: SubmissionSettings): number =>
  Math.min(backoffMs * 2 ** Math.min(part.submissions.length - 1, 20), maxBackoffMs);
