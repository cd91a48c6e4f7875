import type { CompiledPipeline, Report } from '@batchmill/contracts';
import { firstTry, testFlow } from '@batchmill/flow/testing';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import {
  closeStage,
  ended,
  partPlan,
  pipeline,
  reject,
  row,
  shardRef,
  temporaryLedger,
} from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { deliveredFiles } from '@batchmill/outputs';
import { beforeEach, describe, expect, test } from 'vitest';
import { exportRun } from './export-run.ts';

let folder: TemporaryLedger;
let ledger: Ledger;
beforeEach(async () => {
  folder = await temporaryLedger();
  ledger = folder.ledger;
  return () => folder[Symbol.asyncDispose]();
});

const run = (number: number) => ({ tenant: shardRef.tenant, job: shardRef.job, run: number });
const shard = (number: number, runNumber = 1) => ({ ...run(runNumber), shard: number });
const cut = (runNumber: number, shards: number, startAfter = [{ from: 0, stage: '000' }]) =>
  ledger.write(keys.shards(run(runNumber)), {
    shards,
    startAfter,
    rows: 5,
    sourceRows: 6,
    rejectedRows: 1,
    rejectsByReason: {},
  });
const end = (number: number, lastStage: string, runNumber = 1) =>
  ledger.write(keys.shardClosed(shard(number, runNumber)), { lastStage, rows: 0, quarantined: false });

const perform = async (number = 1, on = ledger): Promise<void> => {
  const flow = testFlow(on);
  const handler = exportRun({ ledger: on, flow, events: { finished: () => {} }, now: () => 99 });
  await handler(run(number), firstTry());
};
const filesOf = async (runNumber = 1): Promise<Record<string, string>> => {
  const files: Record<string, string> = {};
  const manifest = await ledger.read(keys.manifest(run(runNumber)));
  if (manifest === null) return files;
  for await (const { path, blob } of deliveredFiles(ledger, manifest))
    files[path] = Buffer.from((await ledger.store.get(blob.key)) ?? '').toString();
  return files;
};
/** Outputs that are finished, whether or not the export is. */
const recordedFiles = async (): Promise<Record<string, string>> => {
  const files: Record<string, string> = {};
  for await (const { key } of ledger.store.list(`t/default/jobs/${shardRef.job}/runs/1/output/`)) {
    const record = await ledger.read({ ...keys.output(run(1), ''), key });
    if (record !== null) files[record.path] = Buffer.from((await ledger.store.get(record.blob.key)) ?? '').toString();
  }
  return files;
};
const reportOf = async (runNumber = 1): Promise<Report> =>
  JSON.parse((await filesOf(runNumber))['report.json'] ?? 'null');

const usage = { inputTokens: 7, cachedInputTokens: 0, outputTokens: 3, reasoningTokens: 0 };
const paid = {
  usage,
  cost: 0.5,
  realtimeCost: 1,
  estimatedCost: 0.75,
  attempts: 2,
  batches: 1,
  askedAgain: { expired: 1 },
  pictures: { inlined: 3, distinct: 2, originalBytes: 500, sentBytes: 200 },
};

/** Six source rows: one rejected at once, two end in stages, one is removed, two are delivered. */
const finishRun = async (compiled: CompiledPipeline = pipeline()): Promise<void> => {
  await folder.addJob(compiled);
  await cut(1, 2);
  await closeStage(ledger, shard(0), '000', [row('0', { x: 'a' }), row('2', { x: 'c' })], {
    rejects: [reject('1', '000', 'invalid')],
  });
  await closeStage(ledger, shard(0), '001', [row('0', { x: 'a' })], {
    rejects: [reject('2', '001', 'failed', { x: 'c' })],
    ...paid,
  });
  await closeStage(ledger, shard(0), '002', [row('0', { x: 'a' })], paid);
  await end(0, '002');
  await closeStage(ledger, shard(1), '000', [row('3', { x: 'd' }), row('4', { x: 'e' }), row('5', { x: 'a' })]);
  await closeStage(ledger, shard(1), '001', [row('3', { x: 'd' }), row('5', { x: 'a' })], {
    rejects: [reject('4', '001', 'removed')],
    ...paid,
  });
  await closeStage(ledger, shard(1), '002', [row('5', { x: 'a' })], {
    rejects: [reject('3', '002', 'truncated')],
    ...paid,
  });
  await end(1, '002');
};

describe('a finished run', () => {
  test('has its outputs, its rejects and a report whose sums hold', async () => {
    await finishRun();
    await perform();
    const files = await filesOf();
    expect(files['out.jsonl']).toBe('{"x":"a"}\n{"x":"a"}\n');
    const rejects = (files['rejects.jsonl'] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rejects.map(({ key, outcome, step }) => [key, outcome, step])).toEqual([
      ['key-1', 'invalid', 'source'],
      ['key-2', 'failed', 'step-001'],
      ['key-3', 'truncated', 'step-002'],
      ['key-4', 'removed', 'step-001'],
    ]);
    const report = await reportOf();
    expect(report).toMatchObject({
      state: 'completed-with-rejects',
      rows: { source: 6, rejectedAtSource: 1, entered: 5, delivered: 2 },
      outcomes: { ok: 2, invalid: 1, failed: 1, removed: 1, truncated: 1 },
      tokens: { input: 28, output: 12 },
      cost: { estimated: 3, paid: 2, realtime: 4 },
      paidTwice: 0,
      endedAt: 99,
    });
    for (const { entering, outcomes } of report.steps) {
      expect(Object.values(outcomes).reduce((sum, rows) => sum + rows, 0)).toBe(entering);
    }
    expect(report.steps).toMatchObject([
      {
        stage: '001',
        entering: 5,
        askedAgain: { expired: 2 },
        batches: 2,
        pictures: { inlined: 6, distinct: 4, originalBytes: 1000, sentBytes: 400 },
      },
      { stage: '002', entering: 3 },
    ]);
    expect(await ledger.read(keys.done(run(1)))).toMatchObject({ state: 'completed-with-rejects', rows: 6 });
  });

  test('with nothing but delivered and removed rows is completed', async () => {
    await folder.addJob(pipeline());
    await cut(1, 1);
    await closeStage(ledger, shard(0), '000', [row('0'), row('1')]);
    await closeStage(ledger, shard(0), '001', [row('0')], { rejects: [reject('1', '001', 'removed')] });
    await closeStage(ledger, shard(0), '002', [row('0')]);
    await end(0, '002');
    await perform();
    expect(await reportOf()).toMatchObject({ state: 'completed' });
  });

  test('without rows has empty files', async () => {
    await folder.addJob(pipeline());
    await cut(1, 0);
    await perform();
    expect(await filesOf()).toMatchObject({ 'out.jsonl': '', 'rejects.jsonl': '' });
  });

  test('is not exported before all its shards are closed', async () => {
    await finishRun();
    await cut(2, 1);
    await perform(2);
    expect(await filesOf(2)).toEqual({});
  });

  test('that was cancelled says so, and keeps what is done', async () => {
    await finishRun();
    await ledger.addControl(run(1), { kind: 'cancel' });
    await perform();
    expect(await reportOf()).toMatchObject({ state: 'cancelled', outcomes: { ok: 2 } });
  });
});

describe('all outputs', () => {
  const outputs: CompiledPipeline['outputs'] = [
    {
      format: 'csv',
      file: 'all.csv',
      rows: 'all',
      columns: [
        { name: 'id', field: '_key' },
        { name: 'x', field: 'x' },
      ],
    },
    { format: 'jsonl', file: 'by/{{ x }}.jsonl', rows: 'all', columns: [{ name: 'id', field: '_key' }] },
    {
      format: 'json',
      file: 'split.json',
      rows: 'ok',
      split: {
        shares: [
          { name: 'a', share: 0.5 },
          { name: 'b', share: 0.5 },
        ],
        seed: 3,
      },
    },
    { format: 'parquet', dir: 'pq', rows: 'ok' },
  ];

  test('have every row, also those without the field their file is named by', async () => {
    await finishRun(pipeline({ outputs }));
    await perform();
    const files = await filesOf();
    expect(files['all.csv']?.trim().split(/\r?\n/)).toHaveLength(7);
    const byRows = Object.entries(files).filter(([path]) => path.startsWith('by/') || path === 'unnamed.jsonl');
    expect(byRows.map(([path]) => path).sort()).toEqual(['by/a.jsonl', 'by/c.jsonl', 'unnamed.jsonl']);
    expect(byRows.map(([, text]) => text.trim().split('\n').length).reduce((a, b) => a + b)).toBe(6);
    expect([...JSON.parse(files['split-a.json'] ?? ''), ...JSON.parse(files['split-b.json'] ?? '')]).toHaveLength(2);
    expect(files['pq/part-00000.parquet']?.slice(0, 4)).toBe('PAR1');
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9])(
    'are the same after a death at write %i of the export and a second try',
    async (fatal) => {
      await finishRun(pipeline({ outputs }));
      let writes = 0;
      const dying: Ledger = {
        ...ledger,
        write: async (...given) => {
          writes += 1;
          if (writes === fatal) throw new Error('killed');
          return ledger.write(...given);
        },
      };
      await expect(perform(1, dying)).rejects.toThrow('killed');
      const before = await recordedFiles();
      await perform();
      const after = await filesOf();
      expect(after).toMatchObject(before);
      const report = await reportOf();
      const reports = ['report.html', 'report.json'];
      expect(Object.keys(after).sort()).toEqual([...report.files.map(({ path }) => path), ...reports].sort());
      for (const { path, bytes } of report.files) {
        if (!path.endsWith('.parquet')) expect(Buffer.byteLength(after[path] ?? '')).toBe(bytes);
      }
    },
  );

  test('of a folder with a card have it, with its splits and what it was made of', async () => {
    const card = { license: 'cc-by-4.0' };
    const split = { shares: [{ name: 'train', share: 1 }], seed: 3, method: 'sklearn' as const };
    await finishRun(pipeline({ outputs: [{ format: 'parquet', dir: 'qa', rows: 'ok', card, split }] }));
    await perform();
    const files = await filesOf();
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['qa/README.md', 'qa/train-00000.parquet']));
    expect(files['qa/README.md']).toContain('license: "cc-by-4.0"');
    expect(files['qa/README.md']).toContain('| train | 2 | train-00000.parquet |');
    expect((await reportOf()).files.map(({ path }) => path)).toContain('qa/README.md');
  });

  test('stay as they are once they are delivered, whatever was said since', async () => {
    await finishRun();
    const dying: Ledger = {
      ...ledger,
      write: async (place, body) => {
        if (place.key.endsWith('done.json')) throw new Error('killed');
        return ledger.write(place, body);
      },
    };
    await expect(perform(1, dying)).rejects.toThrow('killed');
    const before = await filesOf();
    await ledger.addControl(run(1), { kind: 'cancel' });
    await perform();
    expect(await filesOf()).toEqual(before);
    expect(await ledger.read(keys.done(run(1)))).toMatchObject({ state: (await reportOf()).state });
  });

  test('may be a thousand with long names', async () => {
    await folder.addJob(
      pipeline({ outputs: [{ format: 'jsonl', file: `{{ x }}-${'n'.repeat(180)}.jsonl`, rows: 'ok' }] }),
    );
    await cut(1, 1);
    const rows = Array.from({ length: 1000 }, (_, i) => row(String(i), { x: i }));
    for (const stage of ['000', '001', '002']) await closeStage(ledger, shard(0), stage, rows);
    await end(0, '002');
    await perform();
    expect(Object.keys(await filesOf())).toHaveLength(1003);
    expect(await ledger.exists(keys.done(run(1)))).toBe(true);
  });

  test('written by two exporters at once are one set', async () => {
    await finishRun(pipeline({ outputs }));
    await Promise.all([perform(), perform()]);
    const report = await reportOf();
    expect(new Set(report.files.map(({ path }) => path)).size).toBe(report.files.length);
  });

  test('keep their warnings also when the first try died after the file', async () => {
    await folder.addJob(pipeline());
    await cut(1, 2);
    for (const [number, x] of [
      [0, 'text'],
      [1, 7],
    ] as const) {
      for (const stage of ['000', '001', '002'])
        await closeStage(ledger, shard(number), stage, [row(String(number), { x })]);
      await end(number, '002');
    }
    const dying: Ledger = {
      ...ledger,
      write: async (place, body) => {
        if (place.key.endsWith('manifest.json')) throw new Error('killed');
        return ledger.write(place, body);
      },
    };
    await expect(perform(1, dying)).rejects.toThrow('killed');
    await perform();
    expect((await reportOf()).warnings).toEqual([expect.stringContaining('"x"'), expect.stringContaining('price')]);
  });

  test('name the models without a known price: the sums of the costs lack them', async () => {
    await folder.addJob(pipeline());
    await cut(1, 1);
    for (const stage of ['000', '001', '002']) await closeStage(ledger, shard(0), stage, [row('0', { x: 'a' })]);
    await end(0, '002');
    await perform();
    const { cost, warnings } = await reportOf();
    expect(cost.unpriced).toHaveLength(1);
    expect(warnings).toEqual([
      `No price is known for the model "${cost.unpriced?.[0]}": what it costs is not in the sums.`,
    ]);
  });
});

describe('a retry', () => {
  test('exports the rows of all runs, each once, and counts the work of all', async () => {
    await finishRun();
    await perform();
    await ledger.write(keys.run(run(2)), { run: 2, reason: 'retry' });
    await cut(2, 2, [
      { from: 0, stage: '000' },
      { from: 1, stage: '001' },
    ]);
    await closeStage(ledger, shard(0, 2), '000', [row('2', { x: 'c' })], { takenOver: true, ...paid });
    await closeStage(ledger, shard(0, 2), '001', [row('2', { x: 'c' })], paid);
    await closeStage(ledger, shard(0, 2), '002', [row('2', { x: 'c' })], paid);
    await end(0, '002', 2);
    await closeStage(ledger, shard(1, 2), '001', [row('3', { x: 'd' })], { takenOver: true });
    await closeStage(ledger, shard(1, 2), '002', [row('3', { x: 'd' })], paid);
    await end(1, '002', 2);
    await perform(2);
    expect((await filesOf(2))['out.jsonl']).toBe('{"x":"a"}\n{"x":"c"}\n{"x":"d"}\n{"x":"a"}\n');
    const report = await reportOf(2);
    expect(report).toMatchObject({
      run: 2,
      rows: { source: 6, delivered: 4 },
      outcomes: { ok: 4, invalid: 1, removed: 1 },
      cost: { paid: 3.5 },
    });
    expect((await reportOf(1)).rows.delivered).toBe(2);
  });
});

describe('batches', () => {
  const submission = (number: number) => ({ ...shard(0), stage: '001', attempt: 1, part: 0, submission: number });
  const place = async (number: number, state: 'completed' | 'failed' | 'expired' | null): Promise<void> => {
    await ledger.write(keys.batch(submission(number)), { batchId: `b${number}`, adopted: false });
    if (state !== null) await ledger.write(keys.ended(submission(number)), ended(state));
  };

  test('that failed are no payment; two that worked on the same part are told', async () => {
    await finishRun();
    await ledger.write(keys.plan(submission(1)), { rows: 10, asked: 10, parts: [partPlan()] });
    await place(1, 'failed');
    await place(2, 'completed');
    await perform();
    expect(await reportOf()).toMatchObject({
      paidTwice: 0,
      batches: [{ batchId: 'b1', state: 'failed', requests: 10 }, { batchId: 'b2' }],
    });
  });

  test('of which two were worked on for one part count its rows as paid twice', async () => {
    await finishRun();
    await ledger.write(keys.plan(submission(1)), { rows: 10, asked: 10, parts: [partPlan()] });
    await place(1, 'expired');
    await place(2, 'completed');
    await perform();
    expect(await reportOf()).toMatchObject({ paidTwice: 10 });
  });
});
