import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

type Stage = Awaited<ReturnType<typeof setStage>>;
const RUN = ['run', 'pipeline.yaml', '--provider', 'simulator'];

/** What the newest job was created with. */
const reusedBy = (stage: Stage): unknown => {
  const last = stage.api.calls.findLast(({ call }) => call === 'POST /v1/jobs');
  return (JSON.parse(last?.body ?? '{}') as { reuse?: string }).reuse;
};
const finished = (id: string) => ({ statuses: [statusOf({ id })], rows: [], files: {} });

test('--reuse takes the beginning of an id, or last', async () => {
  await using stage = await setStage();
  stage.api.jobs.set('5000jobjobjobjob', finished('5000jobjobjobjob'));
  const first = await stage.call(...RUN, '--reuse', '5000');
  expect(first.err).toContain('Requests that job 5000jobjobjobjob has answered are not sent again.');
  expect(reusedBy(stage)).toBe('5000jobjobjobjob');
  const none = await stage.call(...RUN, '--new', '--reuse', 'xyz');
  expect([none.exitCode, none.err]).toEqual([2, 'There is no job "xyz". `batchmill jobs` lists them.\n']);
});

test('the newest try of the same pipeline is reused without a word, and the run says so', async () => {
  await using stage = await setStage();
  await stage.call('try', 'pipeline.yaml', '--provider', 'simulator', '--rows', '1');
  await stage.call('try', 'pipeline.yaml', '--provider', 'simulator', '--rows', '2');
  const run = await stage.call(...RUN);
  expect(reusedBy(stage)).toBe('0999jobjobjobjob');
  expect(run.err).toContain('Requests that `batchmill try` has answered (job 0999jobjobjobjob) are not sent again.');
  const again = await stage.call(...RUN);
  expect(again.err).not.toContain('batchmill try');
});

test('a try of another pipeline, or one that failed, is left alone', async () => {
  await using stage = await setStage();
  await stage.call('try', 'pipeline.yaml', '--provider', 'simulator', '--rows', '1');
  await stage.call(...RUN, '--set', 'name=other');
  expect(reusedBy(stage)).toBeUndefined();
  const [id = ''] = [...stage.api.jobs.keys()];
  stage.api.jobs.set(id, { ...finished(id), statuses: [statusOf({ id, state: 'failed' })] });
  await stage.call(...RUN);
  expect(reusedBy(stage)).toBeUndefined();
});
