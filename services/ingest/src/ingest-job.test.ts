import { keys } from '@batchmill/ledger';
import { blob, closedRecord, generateStage } from '@batchmill/ledger/testing';
import type { RejectedRow, Row } from '@batchmill/contracts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ids, jsonl, openStage, run } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const open = async (...options: Parameters<typeof openStage>): Promise<Stage> => {
  const stage = await openStage(...options);
  onTestFinished(() => stage[Symbol.asyncDispose]());
  return stage;
};
const source = { format: 'jsonl' as const, paths: [], derive: [] };
const shardsOf = (stage: Stage, runNumber = 1) => stage.ledger.read(keys.shards({ ...run, run: runNumber }));
const failureOf = (stage: Stage) => stage.ledger.read(keys.runFailed(run));

describe('shards', () => {
  test('are contiguous, in source order, each row with its ordinal, key, line and home', async () => {
    const stage = await open({ 'a.jsonl': ids(5) }, { shardRows: 2 });
    await stage.ingest();
    expect(await shardsOf(stage)).toMatchObject({
      shards: 3,
      rows: 5,
      sourceRows: 5,
      rejectedRows: 0,
      startAfter: [{ from: 0, stage: '000' }],
    });
    const rows = [await stage.rowsOf(0), await stage.rowsOf(1), await stage.rowsOf(2)];
    expect(rows.map((shard) => shard.map(({ id, key, home, line }) => [id, key, home, line]))).toEqual([
      [
        ['0', 'k0', 0, 1],
        ['1', 'k1', 0, 2],
      ],
      [
        ['2', 'k2', 1, 3],
        ['3', 'k3', 1, 4],
      ],
      [['4', 'k4', 2, 5]],
    ]);
    expect(stage.flow.advancedRuns).toEqual([run]);
  });

  test('go on over the border of two files', async () => {
    const stage = await open({ 'a.jsonl': jsonl({ id: 1 }), 'b.jsonl': jsonl({ id: 2 }, { id: 3 }) }, { shardRows: 2 });
    await stage.ingest();
    expect((await stage.rowsOf(0)).map(({ key, line }) => [key, line])).toEqual([
      ['1', 1],
      ['2', 1],
    ]);
  });

  test('written twice, or once more after a death on the way, are the same records', async () => {
    const stage = await open({ 'a.jsonl': ids(5) }, { shardRows: 2 });
    await stage.ledger.write(keys.closed({ ...run, shard: 0 }, '000'), {
      ...closedRecord(2),
      rows: await stage.ledger.writeLines({ ...run, shard: 0 }, 'rows', [{ id: 'first' }]),
    });
    await stage.ingest();
    expect(await stage.rowsOf(0)).toEqual([{ id: 'first' }]);
    const before = [await shardsOf(stage), await stage.ledger.read(keys.closed({ ...run, shard: 1 }, '000'))];
    await Promise.all([stage.ingest(), stage.ingest()]);
    expect([await shardsOf(stage), await stage.ledger.read(keys.closed({ ...run, shard: 1 }, '000'))]).toEqual(before);
    expect(await stage.ledger.exists(keys.closed({ ...run, shard: 3 }, '000'))).toBe(false);
  });

  test('of two ingests at the same moment are one set', async () => {
    const stage = await open({ 'a.jsonl': ids(9) }, { shardRows: 2 });
    await Promise.all([stage.ingest(), stage.ingest()]);
    const rows = await Promise.all([0, 1, 2, 3, 4].map((shard) => stage.rowsOf(shard)));
    expect(rows.flat().map(({ key }) => key)).toEqual(Array.from({ length: 9 }, (_, i) => `k${i}`));
  });

  test('of an empty input are none', async () => {
    const stage = await open({ 'a.jsonl': '' });
    await stage.ingest();
    const shards = await shardsOf(stage);
    const failed = await failureOf(stage);
    // either it is refused with a reason, or the run has nothing to do; never something between
    expect(shards === null).toBe(failed !== null);
    if (shards !== null) expect(shards).toMatchObject({ shards: 0, rows: 0, sourceRows: 0 });
  });
});

describe('an input that cannot be used', () => {
  test('names both lines of a key that stands twice, and nothing is cut', async () => {
    const stage = await open({ 'a.jsonl': jsonl({ id: 'x' }, { id: 'y' }, { id: 'x' }) });
    await stage.ingest();
    expect(await failureOf(stage)).toMatchObject({
      code: 'duplicate-key',
      problems: [{ place: { file: 'a.jsonl', line: 3, row: 'x' }, message: 'the key stands on line 1 already' }],
    });
    expect(await stage.ledger.read(keys.done(run))).toMatchObject({ state: 'failed' });
    expect(await shardsOf(stage)).toBeNull();
    expect(await stage.ledger.exists(keys.closed({ ...run, shard: 0 }, '000'))).toBe(false);
  });

  test('names the file too where there are several', async () => {
    const stage = await open({ 'a.jsonl': jsonl({ id: 'x' }), 'b.jsonl': jsonl({ id: 'y' }, { id: 'x' }) });
    await stage.ingest();
    expect(await failureOf(stage)).toMatchObject({
      problems: [{ place: { file: 'b.jsonl', line: 2 }, message: 'the key stands on line 1 of a.jsonl already' }],
    });
  });

  test('with thousands of mistakes is refused with the first ones and their number', async () => {
    const stage = await open({
      'a.jsonl': jsonl(...Array.from({ length: 3000 }, () => ({ id: 'same'.repeat(50_000 / 4) }))),
    });
    await stage.ingest();
    const failed = await failureOf(stage);
    expect(failed?.problems.length).toBeLessThan(60);
    expect(JSON.stringify(failed)).toContain('2999 rows in all');
  });

  const asksForName = {
    ...generateStage('001'),
    generate: { ...generateStage('001').generate, messages: [{ role: 'user' as const, content: '{{ name }}' }] },
  };

  test('with more rows lacking a field than max_invalid allows says which and how often', async () => {
    const rows = Array.from({ length: 10 }, (_, i) => (i < 2 ? { id: i } : { id: i, name: 'n' }));
    const strict = await open({ 'a.jsonl': jsonl(...rows) }, { stages: [asksForName], maxInvalid: 0.19 });
    await strict.ingest();
    const { problems } = (await failureOf(strict)) ?? {};
    expect(problems).toMatchObject([
      { code: 'too-many-invalid' },
      { code: 'missing-field', message: 'field "name" is missing in 2 of 10 rows, first on line 1' },
    ]);
    const lenient = await open({ 'a.jsonl': jsonl(...rows) }, { stages: [asksForName], maxInvalid: 0.2 });
    await lenient.ingest();
    expect(await shardsOf(lenient)).toMatchObject({ rows: 10 });
  });

  test('that only an output names are told before anything is cut, with the likely one', async () => {
    const output = { format: 'csv' as const, file: 'a.csv', rows: 'ok' as const };
    const columns = ['id', 'nmae', '_key'].map((field) => ({ name: field, field }));
    const stage = await open(
      { 'a.jsonl': jsonl({ id: 1 }, { id: 2, name: 'n' }) },
      { outputs: [{ ...output, columns }] },
    );
    await stage.ingest();
    expect(await failureOf(stage)).toMatchObject({
      problems: [{ code: 'unknown-field', place: { path: 'output.columns' } }],
    });
    expect(JSON.stringify(await failureOf(stage))).toContain('Did you mean \\"name\\"?');
    expect(await shardsOf(stage)).toBeNull();
  });
});

describe('rows that cannot be used', () => {
  test('are rejected with file and line, within max_invalid', async () => {
    const text = `${jsonl({ id: 'a' })}no json\n${jsonl({ id: '' }, { other: 1 }, { id: 'big', text: 'x'.repeat(300) })}`;
    const stage = await open({ 'a.jsonl': text }, { maxInvalid: 1 }, 200);
    await stage.ingest();
    expect(await shardsOf(stage)).toMatchObject({
      rows: 1,
      sourceRows: 5,
      rejectedRows: 4,
      rejectsByReason: { 'empty-key': 1, 'no-key': 1, 'row-too-large': 1 },
    });
    const closed = await stage.ledger.read(keys.closed({ ...run, shard: 0 }, '000'));
    expect(closed).toMatchObject({ entering: 5, counts: { ok: 1, invalid: 4 } });
    const rejects = await Array.fromAsync(stage.ledger.readLines<RejectedRow>(closed?.rejects ?? null));
    expect(rejects.map(({ id, line, key, stage: at }) => [id, line, key, at])).toEqual([
      ['1', 2, 'a.jsonl:2', '000'],
      ['2', 3, 'a.jsonl:3', '000'],
      ['3', 4, 'a.jsonl:4', '000'],
      ['4', 5, 'a.jsonl:5', '000'],
    ]);
    expect(rejects[0]?.reason.message).toContain('a.jsonl:2');
  });
});

describe('a part of the input', () => {
  test('limit takes the first rows, and nothing behind them is looked at', async () => {
    const stage = await open(
      { 'a.jsonl': `${ids(3)}${'broken\n'.repeat(50)}` },
      { source: { ...source, limit: 3 }, maxInvalid: 0 },
    );
    await stage.ingest();
    expect(await shardsOf(stage)).toMatchObject({ rows: 3, sourceRows: 3 });
    const none = await open({ 'a.jsonl': ids(3) }, { source: { ...source, limit: 0 } });
    await none.ingest();
    expect(await shardsOf(none)).toMatchObject({ rows: 0, shards: 0 });
  });

  test('from-key begins at that row, and goes with a limit', async () => {
    const stage = await open({ 'a.jsonl': ids(9) }, { source: { ...source, fromKey: 'k4', limit: 2 } });
    await stage.ingest();
    expect((await stage.rowsOf(0)).map(({ id, key, line }) => [id, key, line])).toEqual([
      ['0', 'k4', 5],
      ['1', 'k5', 6],
    ]);
  });

  test('from-key that no row has is refused', async () => {
    const stage = await open({ 'a.jsonl': ids(9) }, { source: { ...source, fromKey: 'k99' } });
    await stage.ingest();
    expect(await failureOf(stage)).toMatchObject({ code: 'unknown-key', problems: [{ found: '"k99"' }] });
  });
});

describe('a retry', () => {
  const reject = (id: string, outcome: RejectedRow['outcome'], stage: string): RejectedRow => ({
    id,
    key: `k${id}`,
    home: 0,
    line: 1,
    fields: { id },
    stage,
    step: 's',
    outcome,
    reason: { code: 'c', message: 'm' },
    attempts: 1,
  });
  const rowLine = (id: string): Row => ({ id, key: `k${id}`, home: 0, line: 1, fields: { id } });

  const finishedRun = async (): Promise<Stage> => {
    const stage = await open({ 'a.jsonl': ids(6) }, { shardRows: 3 });
    await stage.ingest();
    const { ledger } = stage;
    const closeShard = async (shard: number, number: string, rows: Row[], rejects: RejectedRow[]) => {
      const ref = { ...run, shard };
      await ledger.write(keys.closed(ref, number), {
        ...closedRecord(rows.length),
        rows: await ledger.writeLinesIfAny(ref, 'rows', rows),
        rejects: await ledger.writeLinesIfAny(ref, 'rejects', rejects),
      });
    };
    await closeShard(0, '001', [rowLine('0')], [reject('2', 'failed', '001'), reject('1', 'removed', '001')]);
    await closeShard(0, '002', [], [reject('0', 'invalid', '002')]);
    await ledger.write(keys.shardClosed({ ...run, shard: 0 }), { lastStage: '002', rows: 0, quarantined: false });
    // shard 1 was given up in its first stage
    await ledger.write(keys.shardClosed({ ...run, shard: 1 }), { lastStage: '000', rows: 3, quarantined: true });
    await ledger.write(keys.quarantined({ ...run, shard: 1 }), {
      stage: '001',
      queue: 'q',
      code: 'crashed',
      message: 'm',
    });
    return stage;
  };

  test('takes over what is not ok, by the stage it failed in, in order, and nothing that was removed', async () => {
    const stage = await finishedRun();
    const second = { ...run, run: 2 };
    await stage.ingest(second);
    expect(await shardsOf(stage, 2)).toMatchObject({
      shards: 3,
      rows: 5,
      sourceRows: 5,
      startAfter: [
        { from: 0, stage: '000' },
        { from: 2, stage: '001' },
      ],
    });
    const rows = [await stage.rowsOf(0, 2), await stage.rowsOf(1, 2), await stage.rowsOf(2, 2, '001')];
    expect(rows.map((shard) => shard.map(({ id }) => id))).toEqual([['2', '3', '4'], ['5'], ['0']]);
    expect(rows[0]?.[0]).toEqual(rowLine('2'));
    expect(await stage.ledger.read(keys.closed({ ...second, shard: 0 }, '000'))).toMatchObject({
      takenOver: true,
      cost: 0,
      rejects: null,
    });
  });

  test('run twice takes over once', async () => {
    const stage = await finishedRun();
    await Promise.all([stage.ingest({ ...run, run: 2 }), stage.ingest({ ...run, run: 2 })]);
    expect(await stage.ledger.exists(keys.closed({ ...run, run: 2, shard: 3 }, '000'))).toBe(false);
  });

  test('of a run without a failure has nothing to do', async () => {
    const stage = await open({ 'a.jsonl': ids(1) });
    await stage.ingest();
    await stage.ledger.write(keys.closed({ ...run, shard: 0 }, '002'), { ...closedRecord(1), rows: blob(1) });
    await stage.ledger.write(keys.shardClosed({ ...run, shard: 0 }), { lastStage: '002', rows: 1, quarantined: false });
    await stage.ingest({ ...run, run: 2 });
    expect(await shardsOf(stage, 2)).toMatchObject({ shards: 0, rows: 0 });
  });
});

test('a message for a run that is final, or for no job, changes nothing', async () => {
  const stage = await open({ 'a.jsonl': ids(1) });
  await stage.ledger.write(keys.done(run), { state: 'failed', rows: 0, outcomes: {} });
  await stage.ingest();
  await stage.ingest({ ...run, job: 'nosuchjob0000000' });
  expect(await shardsOf(stage)).toBeNull();
});

test('rows that have a field which the turns of a repeat would take are refused before anything is sent', async () => {
  const round = {
    number: 1,
    times: 1,
    into: 'dialogue',
    from: 'dialogue',
    fields: ['question'],
    before: [],
    opens: true,
    closes: true,
    onFailure: 'keep' as const,
  };
  const stages = [{ ...generateStage('001'), round }];
  const stage = await open({ 'a.jsonl': jsonl({ id: 'a', question: 'Mine?' }) }, { source, stages });
  await stage.ingest();
  expect(await failureOf(stage)).toMatchObject({
    code: 'field-taken',
    problems: [{ message: 'the rows have a field "question", and so has each turn of "dialogue"' }],
  });
});
