import type { JobStatus } from '@batchmill/contracts';
import { progress } from '@batchmill/queue';
import { expect, onTestFinished, test } from 'vitest';
import { openStage, pipelineText, rows } from './testing/stage.ts';

test('the status of a running job counts the pictures of each step so far, over all its shards', async () => {
  const stage = await openStage();
  onTestFinished(() => stage.close());
  const input = [{ name: 'rows.jsonl', upload: await stage.upload(rows) }];
  const { json } = await stage.call('POST', '/v1/jobs', { pipeline: pipelineText, input });
  const { id: job } = json as { id: string };
  const statusOf = async () => (await stage.call('GET', `/v1/jobs/${job}`)).json as JobStatus;
  expect((await statusOf()).steps[0]).not.toHaveProperty('pictures');
  const shown = progress(stage.backends.queues.redis);
  const counts = { picturesInlined: 3, picturesDistinct: 2, pictureBytesOriginal: 500, pictureBytesSent: 200 };
  for (const shard of [0, 1, 1]) await shown.set({ tenant: 'default', job, run: 1, shard }, '001', counts);
  expect((await statusOf()).steps[0]?.pictures).toEqual({
    inlined: 6,
    distinct: 4,
    originalBytes: 1000,
    sentBytes: 400,
  });
});
