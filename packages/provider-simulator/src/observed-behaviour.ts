import type { Basis } from './observed-errors.ts';

/**
 * What the simulator does beyond the messages of observed-errors.ts, with the reason to believe it. `obs`: somebody
 * recorded it from the live service, nobody promised it. `inf`: inferred. Correct these first when a live key is there.
 */
export const OBSERVED_BEHAVIOUR: readonly { where: string; basis: Basis; what: string }[] = [
  {
    where: 'upload',
    basis: 'obs',
    what: 'only the first line is parsed; the others are judged when a batch uses them',
  },
  {
    where: 'upload',
    basis: 'inf',
    what: 'more than 209,715,200 bytes with purpose batch: 413; more than 512 MiB: 400',
  },
  { where: 'upload', basis: 'inf', what: 'a byte order mark makes the first line unparsable' },
  { where: 'files', basis: 'inf', what: 'files of purpose batch and batch_output expire 30 days after creation' },
  {
    where: 'create',
    basis: 'obs',
    what: 'an unknown, deleted or expired input file: 200, then the batch fails, unpaid',
  },
  { where: 'create', basis: 'inf', what: 'an accepted batch no longer needs its input file' },
  { where: 'create', basis: 'inf', what: 'an input file of another purpose: the batch fails in validation' },
  { where: 'create', basis: 'inf', what: 'the 2,001st batch of an hour: 429' },
  { where: 'batch', basis: 'obs', what: 'members without a value are null; request_counts is {0,0,0} at creation' },
  { where: 'batch', basis: 'obs', what: 'error_file_id may be "" on a clean batch (a setting, off by default)' },
  { where: 'batch', basis: 'inf', what: 'model is set from in_progress on; usage on batches that ended after running' },
  { where: 'validation', basis: 'obs', what: 'every bad line is reported, with the first thing wrong in it' },
  { where: 'validation', basis: 'inf', what: 'a line in the middle that is empty is not parseable' },
  { where: 'validation', basis: 'obs', what: 'a full token pool: the batch fails with token_limit_exceeded' },
  {
    where: 'validation',
    basis: 'inf',
    what: 'prompt tokens are counted when validation ends, first come, first served',
  },
  { where: 'running', basis: 'doc', what: 'results come in any order' },
  { where: 'running', basis: 'obs', what: 'every request failed: completed, output_file_id null' },
  { where: 'cancel', basis: 'obs', what: 'completed, failed, expired: 409; cancelling, cancelled: 200' },
  {
    where: 'cancel',
    basis: 'inf',
    what: 'in finalizing: all rows have run, and the batch ends cancelled with all of them',
  },
  { where: 'cancel', basis: 'inf', what: 'in validating: no files, and counts stay {0,0,0}' },
  { where: 'cancel', basis: 'obs', what: 'what has not run stands in the error file and is not counted as failed' },
  { where: 'expiry', basis: 'doc', what: 'after 24 h: what has run is kept and paid, the rest is batch_expired lines' },
  { where: 'list', basis: 'inf', what: 'newest first; an unknown cursor is refused with 400' },
  { where: 'chat', basis: 'obs', what: 'o-series and gpt-5 refuse max_tokens and temperature' },
  { where: 'chat', basis: 'obs', what: 'strict schemas need additionalProperties false and every property required' },
];
