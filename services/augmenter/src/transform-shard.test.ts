import type { CompiledPipeline, Json, RejectedRow, Row, TransformStage } from '@batchmill/contracts';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import { closeStage, generateStage, pipeline, row, shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { beforeEach, expect, test } from 'vitest';
import { transformShard } from './transform-shard.ts';

let folder: TemporaryLedger;
beforeEach(async () => {
  folder = await temporaryLedger();
  return () => folder[Symbol.asyncDispose]();
});

const stage = (name: string, options: Json, extra: Partial<TransformStage> = {}): CompiledPipeline =>
  pipeline({
    stages: [
      { kind: 'transform', number: '001', step: 't', transform: { name, options }, ...extra },
      generateStage('002'),
    ],
  });
const begin = async (compiled: CompiledPipeline, rows: Row[]): Promise<void> => {
  await folder.addJob(compiled);
  await closeStage(folder.ledger, shardRef, '000', rows);
};
const transform = async (number = '001'): Promise<void> => {
  const { ledger } = folder;
  const handler = transformShard({ ledger, flow: testFlow(ledger), events: { transformed: () => {} } });
  await handler({ ...shardRef, stage: number }, firstTry());
};
const closed = () => folder.ledger.read(keys.closed(shardRef, '001'));
const rowsOf = async () => Array.fromAsync(folder.ledger.readLines<Row>((await closed())?.rows ?? null));
const rejectsOf = async () => Array.fromAsync(folder.ledger.readLines<RejectedRow>((await closed())?.rejects ?? null));

test('every row goes on with its new fields; one that cannot be transformed is told and the others go on', async () => {
  await begin(stage('derive', { up: '{{ x | upcase }}' }), [row('0', { x: 'a' }), row('1'), row('2', { x: 'c' })]);
  await transform();
  expect((await rowsOf()).map(({ id, fields }) => [id, fields])).toEqual([
    ['0', { x: 'a', up: 'A' }],
    ['2', { x: 'c', up: 'C' }],
  ]);
  expect(await rejectsOf()).toMatchObject([
    { id: '1', outcome: 'invalid', stage: '001', step: 't', reason: { message: expect.stringContaining('x') } },
  ]);
  expect(await closed()).toMatchObject({
    entering: 3,
    counts: { ok: 2, invalid: 1 },
    fieldTypes: { up: 'string' },
    cost: 0,
  });
});

test('rows whose condition is false are skipped as they are', async () => {
  await begin(stage('derive', { up: 'U' }, { when: 'x == "a"' }), [row('0', { x: 'a' }), row('1', { x: 'b' })]);
  await transform();
  expect((await rowsOf()).map(({ fields }) => fields)).toEqual([{ x: 'a', up: 'U' }, { x: 'b' }]);
  expect(await closed()).toMatchObject({ counts: { ok: 1, skipped: 1 } });
});

test('series are normalized with their figures beside them; a text in one is told and the others go on', async () => {
  await begin(stage('normalize', { field: 's', into: 'z', missing: 'interpolate' }), [
    row('0', { s: [1, null, 3] }),
    row('1', { s: [1, 'two'] }),
    row('2', { s: [5, 5] }),
    row('3', { s: [] }),
  ]);
  await transform();
  expect((await rowsOf()).map(({ id, fields }) => [id, fields['z'], fields['normalization']])).toEqual([
    ['0', [-1, 0, 1], { z: expect.objectContaining({ mean: 2, std: 1, points: 3, missing: 1, filled: 1 }) }],
    ['2', [0, 0], { z: expect.objectContaining({ mean: 5, std: 0, constant: true }) }],
    ['3', [], { z: expect.objectContaining({ mean: null, points: 0 }) }],
  ]);
  expect(await rejectsOf()).toMatchObject([
    {
      id: '1',
      outcome: 'invalid',
      reason: { code: 'not-numbers', message: expect.stringContaining('element 1 is "two"') },
    },
  ]);
  expect(await closed()).toMatchObject({
    counts: { ok: 3, invalid: 1 },
    fieldTypes: { z: 'list<integer>', normalization: 'json' },
  });
});

test('a row may become several, in order, with ids and keys of their own', async () => {
  await begin(stage('expand', { times: 2 }), [row('0'), row('1')]);
  await transform();
  const rows = await rowsOf();
  expect(rows.map(({ id }) => id)).toEqual(['0_0', '0_1', '1_0', '1_1']);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(4);
  expect(await closed()).toMatchObject({ entering: 2, counts: { ok: 2 }, rows: { lines: 4 } });
});

test('of a cancelled run all rows are cancelled, and none is lost', async () => {
  await begin(stage('derive', { up: 'U' }), [row('0'), row('1')]);
  await folder.ledger.addControl(shardRef, { kind: 'cancel' });
  await transform();
  expect(await closed()).toMatchObject({ entering: 2, counts: { cancelled: 2 }, rows: null, rejects: { lines: 2 } });
});

test('twice, at once, or for another stage changes nothing', async () => {
  await begin(stage('derive', { up: 'U' }), [row('0')]);
  await transform('002');
  expect(await closed()).toBeNull();
  await Promise.all([transform(), transform()]);
  const first = await closed();
  await transform();
  expect(await closed()).toEqual(first);
});
