import { expect, test } from 'vitest';
import { keys, prefixes } from './keys.ts';
import { recordOfKey } from './record-of-key.ts';

const ref = {
  tenant: 'default',
  job: 'abcdefghijklmnop',
  run: 2,
  shard: 12,
  stage: '001',
  attempt: 1,
  part: 3,
  submission: 4,
};

type OfAJob = Exclude<keyof typeof keys, 'deployment' | 'idempotency' | 'upload' | 'openMarker'>;

/** Every record that is made below a job's prefix, as its one maker makes it. */
const places: Record<OfAJob, { key: string }> = {
  job: keys.job(ref),
  answers: keys.answers(ref),
  chunk: keys.chunk(ref, 12),
  control: keys.control(ref, 7),
  run: keys.run(ref),
  shards: keys.shards(ref),
  runFailed: keys.runFailed(ref),
  done: keys.done(ref),
  output: keys.output(ref, '0-0'),
  manifest: keys.manifest(ref),
  shardClosed: keys.shardClosed(ref),
  quarantined: keys.quarantined(ref),
  quarantinedWork: keys.quarantinedWork(ref, 'x'),
  closed: keys.closed(ref, '001'),
  plan: keys.plan(ref),
  outcomes: keys.outcomes(ref),
  results: keys.results(ref),
  file: keys.file(ref),
  intent: keys.intent(ref),
  batch: keys.batch(ref),
  refused: keys.refused(ref),
  fenced: keys.fenced(ref),
  ended: keys.ended(ref),
  cancelSent: keys.cancelSent(ref),
};

test('every record of a job is known by its key', () => {
  for (const place of Object.values(places)) expect(recordOfKey(ref, place.key)).toEqual(place);
});

test('what we do not know is none', () => {
  for (const name of ['', 'x.json', 'job.json.bak', 'runs/1/x.json', 'runs/1/s/0/001/x.json', 'constructor.json'])
    expect(recordOfKey(ref, `${prefixes.job(ref)}${name}`)).toBeNull();
  expect(recordOfKey(ref, keys.job({ ...ref, job: 'ponmlkjihgfedcba' }).key)).toBeNull();
});
