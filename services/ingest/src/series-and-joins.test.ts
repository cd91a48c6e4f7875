import type { CompiledPipeline, Join, Row } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { generateStage } from '@batchmill/ledger/testing';
import { expect, onTestFinished, test } from 'vitest';
import { openStage, run } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const FREQUENCIES = ['Yearly', 'Quarterly', 'Monthly', 'Weekly', 'Daily', 'Hourly'];
const series = (ids: string[]): string => `"V1","V2","V3"\n${ids.map((id) => `"${id}","1.5","2"\n`).join('')}`;
const files = Object.fromEntries(
  FREQUENCIES.map((name) => [`${name}-train.csv`, series([`${name[0]}1`, `${name[0]}2`])]),
);

const info: Join = {
  path: 'M4-info.csv',
  format: 'csv',
  key: 'M4id',
  on: '{{ series_id }}',
  fields: { category: 'category' },
  missing: 'null',
};
const m4 = { format: 'm4' as const, paths: [], derive: [] };
const key = 'series-{{ series_id }}';

const open = async (input: Record<string, string>, changes: Partial<CompiledPipeline>): Promise<Stage> => {
  const stage = await openStage(input, { key, source: m4, ...changes });
  onTestFinished(() => stage[Symbol.asyncDispose]());
  await stage.ingest();
  return stage;
};
const shardsOf = (stage: Stage) => stage.ledger.read(keys.shards(run));
const failureOf = (stage: Stage) => stage.ledger.read(keys.runFailed(run));
const fieldsOf = (rows: Row[], ...names: string[]) => rows.map(({ fields }) => names.map((name) => fields[name]));

test('one job takes series of all six frequencies, each with the frequency of its file', async () => {
  const stage = await open(files, {});
  const rows = await stage.rowsOf(0);
  expect(fieldsOf(rows, 'series_id', 'frequency')).toEqual(
    FREQUENCIES.flatMap((name) => [1, 2].map((no) => [`${name[0]}${no}`, name])),
  );
  expect(rows.map((row) => row.key).slice(0, 2)).toEqual(['series-Y1', 'series-Y2']);
  expect(rows[0]?.fields['series']).toEqual([1.5, 2]);
});

test('an id that stands in two files is refused, and both are named', async () => {
  const stage = await open({ 'Weekly-train.csv': series(['W1']), 'Weekly-test.csv': series(['W2', 'W1']) }, {});
  expect(await failureOf(stage)).toMatchObject({
    problems: [
      { place: { file: 'Weekly-test.csv', line: 3 }, message: 'the key stands on line 2 of Weekly-train.csv already' },
    ],
  });
});

test('only the ids that are asked for are taken; those that are nowhere are a mistake', async () => {
  const stage = await open(files, { source: { ...m4, keys: ['H2', 'W1'] } });
  expect((await stage.rowsOf(0)).map((row) => row.key)).toEqual(['series-W1', 'series-H2']);
  const refused = await open(files, { source: { ...m4, keys: ['H2', 'W7', 'X'] } });
  expect(await failureOf(refused)).toMatchObject({ code: 'unknown-key', problems: [{ found: 'W7, X' }] });
});

test('joined fields are fields of the rows, and the report can say which rows had none', async () => {
  const stage = await open(
    { ...files, 'M4-info.csv': 'M4id,category,SP\nH1,Finance,Hourly\nY1,Micro,Yearly\n' },
    {
      source: { ...m4, joins: [info], keys: ['Y1', 'H1', 'H2'] },
    },
  );
  expect(fieldsOf(await stage.rowsOf(0), 'series_id', 'category')).toEqual([
    ['Y1', 'Micro'],
    ['H1', 'Finance'],
    ['H2', null],
  ]);
  expect((await shardsOf(stage))?.notes).toEqual([
    'M4-info.csv does not know one row: the fields joined from it are empty there',
  ]);
});

test('a row that must be joined and cannot be is rejected with its reason', async () => {
  const stage = await open(
    { ...files, 'M4-info.csv': 'M4id,category\nH1,Finance\n' },
    {
      source: { ...m4, joins: [{ ...info, missing: 'reject' }], keys: ['H1', 'H2'] },
      maxInvalid: 0.5,
    },
  );
  expect(await shardsOf(stage)).toMatchObject({ rows: 1, rejectedRows: 1, rejectsByReason: { 'not-joined': 1 } });
});

const asks = generateStage('001');
const stages = [
  { ...asks, generate: { ...asks.generate, messages: [{ role: 'user' as const, content: '{{ category }}' }] } },
];

test('rows that lack a joined field which a step needs count as rows that cannot be used', async () => {
  const stage = await open(
    { ...files, 'M4-info.csv': 'M4id,category\nseries-H1,Finance\n' },
    {
      source: { ...m4, joins: [info] },
      stages,
    },
  );
  expect(await failureOf(stage)).toMatchObject({
    code: 'too-many-invalid',
    problems: [
      { message: '12 of 12 rows cannot be used; nothing was submitted' },
      { message: 'field "category" is missing in 12 of 12 rows, first on line 2' },
      { code: 'not-joined', message: 'M4-info.csv knows none of the rows' },
    ],
  });
});

test('a column that would be empty because nothing could be joined is refused', async () => {
  const outputs = [
    { format: 'csv' as const, file: 'a.csv', rows: 'ok' as const, columns: [{ name: 'c', field: 'category' }] },
  ];
  const stage = await open(
    { ...files, 'M4-info.csv': 'M4id,category\nx,y\n' },
    {
      source: { ...m4, joins: [info] },
      stages: [],
      outputs,
    },
  );
  expect(await failureOf(stage)).toMatchObject({ problems: [{ code: 'unknown-field' }, { code: 'not-joined' }] });
});

test('what is wrong in a joined file is told before anything is written', async () => {
  const stage = await open(
    { ...files, 'M4-info.csv': 'M4id,kind\nH1,a\nH1,b\n' },
    { source: { ...m4, joins: [info] } },
  );
  expect(await failureOf(stage)).toMatchObject({
    problems: [
      { code: 'join-field', place: { file: 'M4-info.csv' } },
      { code: 'join-key', place: { file: 'M4-info.csv', line: 3 } },
    ],
  });
  expect(await shardsOf(stage)).toBeNull();
});
