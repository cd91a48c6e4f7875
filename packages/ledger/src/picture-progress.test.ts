import { expect, test } from 'vitest';
import { keys } from './keys.ts';
import { progressOf } from './progress.ts';
import { closeStage, generateStage, pipeline, row, shardRef, temporaryLedger } from './testing/index.ts';

test('pictures are counted from the plan on, and the same once the stage is closed', async () => {
  await using folder = await temporaryLedger();
  const { ledger } = folder;
  const stage = generateStage('001');
  await folder.addJob(pipeline({ stages: [stage] }));
  await closeStage(ledger, shardRef, '000', [row('0')]);
  const pictures = { inlined: 3, distinct: 2, originalBytes: 500, sentBytes: 200 };
  await ledger.write(keys.plan({ ...shardRef, stage: '001', attempt: 1 }), { rows: 1, asked: 0, parts: [], pictures });
  const shown = { picturesInlined: 3, picturesDistinct: 2, pictureBytesOriginal: 500, pictureBytesSent: 200 };
  expect(progressOf(await ledger.shardFacts(shardRef, [stage]))['001']).toMatchObject(shown);
  await closeStage(ledger, shardRef, '001', [row('0')], { pictures });
  expect(progressOf(await ledger.shardFacts(shardRef, [stage]))['001']).toMatchObject(shown);
});
