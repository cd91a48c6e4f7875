import { PermanentError } from '@batchmill/contracts';
import type { Output } from '@batchmill/contracts';
import { pipeline, reject, row } from '@batchmill/ledger/testing';
import { describe, expect, test } from 'vitest';
import type { FileSink } from './blob-sink.ts';
import type { FinalRow } from './final-rows.ts';
import { writeOutput } from './write-output.ts';

const delivered = (id: string, fields = {}): FinalRow => ({ row: row(id, fields), outcome: 'ok' });
const rejected = (id: string): FinalRow => ({ row: row(id), outcome: 'failed', reject: reject(id, '001', 'failed') });

const ONLY_X = { columns: [{ name: 'x', field: 'x' }] };

const write = async (
  output: Partial<Output>,
  finals: FinalRow[],
  extra: { only?: string; taken?: Set<string> } = {},
) => {
  const files: Record<string, string> = {};
  const aborted: string[] = [];
  const openSink = (path: string): FileSink => {
    files[path] = '';
    return {
      write: async (chunk) => void (files[path] += Buffer.from(chunk).toString()),
      finish: async () => ({ key: path, bytes: 0, sha256: ''.padEnd(64, '0') }),
      abort: async () => void aborted.push(path),
    };
  };
  async function* rows(): AsyncGenerator<FinalRow> {
    yield* finals;
  }
  const whole: Output = { format: 'jsonl', file: 'out.jsonl', rows: 'ok', ...output };
  const work = { pipeline: pipeline(), output: whole, types: { x: 'string', z: 'list<double>' }, rows, openSink };
  const result = await writeOutput({ ...work, ...extra }).catch((error: unknown) => ({ files: error, columns: [] }));
  return { written: result.files, columns: result.columns, files, aborted };
};

test('only what is delivered is written, unless all rows are asked for', async () => {
  const finals = [delivered('0', { x: 'a' }), rejected('1'), delivered('2', { x: 'b' })];
  expect((await write(ONLY_X, finals)).files).toEqual({ 'out.jsonl': '{"x":"a"}\n{"x":"b"}\n' });
  const everything = await write({ rows: 'all' }, finals);
  expect(everything.files['out.jsonl']?.trim().split('\n')).toHaveLength(3);
});

test('an output without rows is a file all the same, each split too', async () => {
  expect((await write({}, [])).written).toMatchObject([{ path: 'out.jsonl', rows: 0 }]);
  const split = {
    shares: [
      { name: 'a', share: 0.5 },
      { name: 'b', share: 0.5 },
    ],
    seed: 1,
  };
  expect((await write({ split }, [])).written).toMatchObject([{ path: 'out-a.jsonl' }, { path: 'out-b.jsonl' }]);
});

test('columns are renamed and rendered; what cannot be made is null', async () => {
  const columns = [
    { name: 'id', field: '_key' },
    { name: 'up', template: '{{ x | upcase }}' },
    { name: 'nothing', field: 'constructor' },
  ];
  const { files } = await write({ columns }, [delivered('0', { x: 'a' }), delivered('1')]);
  expect(files['out.jsonl']).toBe('{"id":"key-0","up":"A","nothing":null}\n{"id":"key-1","up":null,"nothing":null}\n');
});

test('a templated name makes a file per value, and takes no name that is taken', async () => {
  const finals = ['b', 'report', 'B', 'b'].map((x, i) => delivered(String(i), { x }));
  const { written, files } = await write({ file: '{{ x }}.json', format: 'jsonl' }, finals, {
    taken: new Set(['report.json']),
  });
  expect(written).toMatchObject([{ path: 'b.json', rows: 2 }, { path: 'report-2.json' }, { path: 'B-2.json' }]);
  expect(Object.keys(files)).toHaveLength(3);
});

test('one file alone can be had', async () => {
  const finals = ['a', 'b'].map((x, i) => delivered(String(i), { x }));
  expect(Object.keys((await write({ file: '{{ x }}.jsonl' }, finals, { only: 'b.jsonl' })).files)).toEqual(['b.jsonl']);
});

test('thousands of files are given up with what to change, and none stays open', async () => {
  const finals = Array.from({ length: 2001 }, (_, i) => delivered(String(i), { x: `v${i}` }));
  const { written, aborted } = await write({ file: '{{ x }}.jsonl' }, finals);
  expect(written).toBeInstanceOf(PermanentError);
  expect(aborted).toHaveLength(2000);
});

describe('columns of lists', () => {
  const columns = [
    { name: 'series', list: [{ field: 'z' }] },
    { name: 'text', list: [{ template: 'Series of {{ z | size }} points. ' }], strip: true },
    { name: 'answer', field: 'x', strip: true, suffix: '</s>' },
  ];

  test('hold what their cells hold, with the ends they should have', async () => {
    const { files } = await write({ columns }, [delivered('0', { z: [1, 2.5], x: ' up ' }), delivered('1')]);
    expect(
      files['out.jsonl']
        ?.trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { series: [[1, 2.5]], text: ['Series of 2 points.'], answer: 'up</s>' },
      { series: [null], text: [null], answer: null },
    ]);
  });

  test('are lists of the types of their cells, also where no row is', async () => {
    const types = (output: Awaited<ReturnType<typeof write>>) => output.columns.map(({ type }) => type);
    const parquet = { columns, format: 'parquet' as const };
    expect(types(await write(parquet, [delivered('0', { z: [1], x: '' })]))).toEqual([
      'list<list<double>>',
      'list<string>',
      'string',
    ]);
    expect(types(await write(parquet, []))).toEqual(['list<list<double>>', 'list<string>', 'string']);
  });

  test('whose texts are of several types over the rows are JSON text, and hold nothing up', async () => {
    const mixed = { format: 'parquet' as const, columns: [{ name: 'x', template: '{{ x }}' }] };
    const { columns: typed } = await write(mixed, [delivered('0', { x: 1 }), delivered('1', { x: 'a' })]);
    expect(typed).toEqual([{ name: 'x', type: 'json' }]);
  });
});

describe('a split that permutes all rows', () => {
  const split: Output['split'] = {
    method: 'huggingface',
    shares: [
      { name: 'train', share: 0.8 },
      { name: 'validation', share: 0.1 },
      { name: 'test', share: 0.1 },
    ],
    seed: 42,
  };
  const finals = (rows: number) => Array.from({ length: rows }, (_, i) => delivered(String(i), { x: i }));
  const numbersIn = (text: string | undefined) =>
    (text ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).x);

  test('gives each the rows that the library gives it, in the order of the source', async () => {
    const { files } = await write({ ...ONLY_X, split }, finals(20));
    expect(numbersIn(files['out-test.jsonl'])).toEqual([9, 15]);
    expect(numbersIn(files['out-validation.jsonl'])).toEqual([11, 18]);
    expect(numbersIn(files['out-train.jsonl'])).toHaveLength(16);
  });

  test('counts only the rows that are written: what was rejected or removed moves nothing', async () => {
    const withRejects = finals(20).flatMap((final, i) => [rejected(String(100 + i)), final]);
    expect((await write({ ...ONLY_X, split }, withRejects)).files).toEqual(
      (await write({ ...ONLY_X, split }, finals(20))).files,
    );
    const all = await write({ ...ONLY_X, rows: 'all', split }, withRejects);
    expect(numbersIn(all.files['out-test.jsonl'])).toHaveLength(4);
  });
});
