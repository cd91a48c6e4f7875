import { PermanentError } from '@batchmill/contracts';
import type { Output } from '@batchmill/contracts';
import { pipeline, reject, row } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import type { FileSink } from './blob-sink.ts';
import type { FinalRow } from './final-rows.ts';
import { writeOutput } from './write-output.ts';

const delivered = (id: string, fields = {}): FinalRow => ({ row: row(id, fields), outcome: 'ok' });
const rejected = (id: string): FinalRow => ({ row: row(id), outcome: 'failed', reject: reject(id, '001', 'failed') });

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
  const types = { x: 'string' };
  const writing = writeOutput({ pipeline: pipeline(), output: whole, types, rows, openSink, ...extra });
  return { written: await writing.catch((error: unknown) => error), files, aborted };
};

test('only what is delivered is written, unless all rows are asked for', async () => {
  const finals = [delivered('0', { x: 'a' }), rejected('1'), delivered('2', { x: 'b' })];
  expect((await write({}, finals)).files).toEqual({ 'out.jsonl': '{"x":"a"}\n{"x":"b"}\n' });
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
