import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fields } from '@batchmill/contracts';
import { openWriter } from '@batchmill/dataset';
import type { Column } from '@batchmill/dataset';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A Python that has what parquet-readers.requirements.txt names; `.ci/run` makes one. */
const PYTHON = process.env['BATCHMILL_TEST_PYTHON'];
const READER = join(import.meta.dirname, 'parquet-readers.py');
const run = promisify(execFile);

const COLUMNS: Column[] = [
  { name: 'id', type: 'string' },
  { name: 'text', type: 'string' },
  { name: 'count', type: 'integer' },
  { name: 'mean', type: 'double' },
  { name: 'good', type: 'boolean' },
  { name: 'values', type: 'list<double>' },
  { name: 'tags', type: 'list<string>' },
  { name: 'nested', type: 'list<list<integer>>' },
  { name: 'nothing', type: 'null' },
];

const FULL: Fields = {
  id: 'full',
  text: 'Grüße, 世界 — 🙂 "quoted",\nsecond line\u0001',
  count: 9_007_199_254_740_991,
  mean: 0.1,
  good: true,
  values: [1, 2.5, -0.000_001, null, 1e300],
  tags: ['ä', '', '𝄞', null],
  nested: [[1, 2], [], [3]],
  nothing: null,
};
const EMPTY: Fields = {
  id: 'empty',
  text: '',
  count: 0,
  mean: -0.5,
  good: false,
  values: [],
  tags: [],
  nested: [],
  nothing: null,
};
const NULLS: Fields = Object.fromEntries(COLUMNS.map(({ name }) => [name, name === 'id' ? 'nulls' : null]));
/** Enough rows of them, in small row groups, that lists and nulls lie on both sides of a border. */
const ROWS: Fields[] = Array.from({ length: 300 }, (_, i) => {
  const row = [FULL, EMPTY, NULLS][i % 3] ?? NULLS;
  return { ...row, id: `${i}` };
});
const ROW_GROUP_BYTES = 4096;

type Reader = 'pyarrow' | 'duckdb' | 'datasets';
type Seen = { rows: Fields[]; types: Record<string, string>; rowGroups?: number };

describe.skipIf(PYTHON === undefined)('a Parquet file of ours (run where BATCHMILL_TEST_PYTHON names a Python)', () => {
  let folder = '';
  let file = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parquet-readers-'));
    file = join(folder, 'rows.parquet');
    const handle = await open(file, 'w');
    const sink = async (chunk: Uint8Array): Promise<void> => void (await handle.write(chunk));
    const writer = openWriter({ format: 'parquet', columns: COLUMNS, sink, rowGroupBytes: ROW_GROUP_BYTES });
    for (const row of ROWS) await writer.write(row);
    await writer.finish();
    await handle.close();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const readWith = async (reader: Reader): Promise<Seen> => {
    const env = { ...process.env, HF_HOME: folder, HF_DATASETS_OFFLINE: '1', HF_HUB_OFFLINE: '1', PYTHONUTF8: '1' };
    const { stdout } = await run(PYTHON ?? '', [READER, reader, file], { env, maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout) as Seen;
  };

  it.each<Reader>(['pyarrow', 'duckdb', 'datasets'])('holds the same values for %s', async (reader) => {
    expect((await readWith(reader)).rows).toEqual(ROWS);
  });

  it('has real types, real lists and several row groups', async () => {
    const { types, rowGroups } = await readWith('pyarrow');
    expect(types).toEqual({
      id: 'string',
      text: 'string',
      count: 'int64',
      mean: 'double',
      good: 'bool',
      values: 'list<element: double>',
      tags: 'list<element: string>',
      nested: 'list<element: list<element: int64>>',
      nothing: 'string',
    });
    expect(rowGroups).toBeGreaterThan(5);
  });
});
