import { InputError } from '@batchmill/contracts';
import type { Join, Problem, Source } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { bytesFile } from '../read/bytes-file.ts';
import { readSource } from '../read/read-source.ts';
import type { SourceProblem, SourceRow } from '../read/source-file.ts';
import { openJoins } from './open-joins.ts';

const ROWS = '{"id":"a","n":1}\n{"id":"b","n":2}\n{"id":"c","n":3}\n';
const INFO = 'M4id,category,Horizon\na,Macro,6\nc,Micro,8\n';

const joinWith = (changes: Partial<Join> = {}): Join => ({
  path: 'info.csv',
  format: 'csv',
  key: 'M4id',
  on: '{{ id }}',
  missing: 'null',
  ...changes,
});

const read = async (
  joins: Join[],
  others: Record<string, string>,
  { rows = ROWS, derive = [] }: { rows?: string; derive?: Source['derive'] } = {},
): Promise<(SourceRow | SourceProblem)[]> => {
  const files = Object.entries(others).map(([name, text]) => bytesFile(name, text));
  using open = await openJoins(joins, files, { vars: { prefix: 'series-' } });
  const source: Source = { format: 'jsonl', paths: ['rows.jsonl'], joins, derive };
  return await Array.fromAsync(readSource(source, [bytesFile('rows.jsonl', rows)], { vars: {}, join: open.row }));
};
const fieldsOf = (items: (SourceRow | SourceProblem)[]) =>
  items.map((item) => ('problem' in item ? false : item.fields));

const refusal = async (...args: Parameters<typeof read>): Promise<readonly Problem[]> => {
  try {
    await read(...args);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('the source was not refused');
};

test('every field but the key is joined by key, null where the other file does not know the row', async () => {
  const rows = await read([joinWith()], { 'info.csv': INFO });
  expect(fieldsOf(rows)).toEqual([
    { id: 'a', n: 1, category: 'Macro', Horizon: '6' },
    { id: 'b', n: 2, category: null, Horizon: null },
    { id: 'c', n: 3, category: 'Micro', Horizon: '8' },
  ]);
  expect(rows.map((row) => ('problem' in row ? row.problem : row.unjoined))).toEqual([
    undefined,
    ['info.csv'],
    undefined,
  ]);
});

test('only the wanted fields are joined, under the names they shall have', async () => {
  const rows = await read([joinWith({ fields: { horizon: 'Horizon' } })], { 'info.csv': INFO });
  expect(fieldsOf(rows)[0]).toEqual({ id: 'a', n: 1, horizon: '6' });
});

test('a row that the other file does not know is rejected where the join says so', async () => {
  const rows = await read([joinWith({ missing: 'reject' })], { 'info.csv': INFO });
  expect(rows.map((row) => ('problem' in row ? [row.line, row.problem.code] : row.line))).toEqual([
    1,
    [2, 'not-joined'],
    3,
  ]);
});

test('joins and derived fields follow each other: each sees what those before it have made', async () => {
  const joins = [
    joinWith({ on: '{{ vars.prefix }}{{ id }}', fields: { group: 'category' } }),
    joinWith({ path: 'groups.jsonl', format: 'jsonl', key: 'no', on: '{{ group }}', fields: { title: 'name' } }),
  ];
  const others = {
    'info.csv': 'M4id,category\nseries-a,7\nseries-b,8\nseries-c,7\n',
    'groups.jsonl': '{"no":7,"name":"Seven","tags":["x"]}\n{"no":8,"name":null}\n',
  };
  const rows = await read(joins, others, {
    derive: [{ field: 'label', template: '{{ group }}:{{ title | default: "-" }}' }],
  });
  expect(fieldsOf(rows)).toEqual([
    { id: 'a', n: 1, group: '7', title: 'Seven', label: '7:Seven' },
    { id: 'b', n: 2, group: '8', title: null, label: '8:-' },
    { id: 'c', n: 3, group: '7', title: 'Seven', label: '7:Seven' },
  ]);
});

test('values have the types that the reader of the other file gives them', async () => {
  const series = '"V1","V2","V3"\n"a","1.5",""\n"b","2","3"\n';
  const join = joinWith({ path: 'Hourly-train.csv', format: 'm4', key: 'series_id', fields: { series: 'series' } });
  expect(fieldsOf(await read([join], { 'Hourly-train.csv': series }))).toMatchObject([
    { series: [1.5] },
    { series: [2, 3] },
    { series: null },
  ]);
});

test('a row without the field to join by is a problem of that row', async () => {
  const rows = await read([joinWith({ on: '{{ code }}' })], { 'info.csv': INFO });
  expect(rows).toMatchObject([1, 2, 3].map((line) => ({ line, problem: { code: 'unknown-field' } })));
});

test('more values than stay in memory are joined too', async () => {
  const long = 'x'.repeat(50_000);
  const count = 400;
  const other = Array.from({ length: count }, (_, i) => `{"id":${i},"text":"${i}${long}"}\n`).join('');
  const rows = Array.from({ length: count }, (_, i) => `{"id":"${(i * 7) % count}"}\n`).join('');
  const join = joinWith({ path: 'long.jsonl', format: 'jsonl', key: 'id' });
  const joined = await read([join], { 'long.jsonl': other }, { rows });
  const texts = fieldsOf(joined).map((fields) => fields !== false && fields['text']);
  expect(texts).toEqual(Array.from({ length: count }, (_, i) => `${(i * 7) % count}${long}`));
});

test('what is wrong in the other files is told all at once, with its places', async () => {
  const joins = [joinWith({ fields: { x: 'Categry' } }), joinWith({ path: 'b.jsonl', format: 'jsonl', key: 'k' })];
  const problems = await refusal(joins, {
    'info.csv': 'M4id,category\na,1\na,2\n,3\nb\n',
    'b.jsonl': '{"k":1}\n[1]\n{"k":1}\n{"k":{}}\n',
  });
  expect(problems.map(({ code, place }) => [place?.file, place?.line, code])).toEqual([
    ['info.csv', undefined, 'join-field'],
    ['info.csv', 3, 'join-key'],
    ['info.csv', 4, 'join-key'],
    ['info.csv', 5, 'csv-cells'],
    ['b.jsonl', 2, 'no-object'],
    ['b.jsonl', 3, 'join-key'],
    ['b.jsonl', 4, 'join-key'],
  ]);
  expect(problems[1]?.message).toBe('the key `a` stands on line 2 of the joined file already');
});

test('a key that no record has is told once, and thousands of mistakes with their number', async () => {
  const [only, ...more] = await refusal([joinWith({ key: 'id' })], { 'info.csv': INFO });
  expect(more).toEqual([]);
  expect(only).toMatchObject({ code: 'join-field', found: 'M4id, category, Horizon' });
  const many = await refusal([joinWith()], { 'info.csv': `M4id,x\n${'a,1\n'.repeat(3000)}` });
  expect(many).toHaveLength(21);
  expect(many.at(-1)?.message).toBe('2999 records in all cannot be joined');
});

test('a field that the row has already is never replaced', async () => {
  const problems = await refusal([joinWith({ fields: { n: 'Horizon' } })], { 'info.csv': INFO });
  expect(problems).toMatchObject([{ code: 'join-conflict', place: { file: 'rows.jsonl', line: 1 } }]);
  expect(problems[0]?.remedy).toContain('{ other_n: n }');
});

test('an empty file knows no row', async () => {
  expect(fieldsOf(await read([joinWith()], { 'info.csv': 'M4id,category\n' }))[0]).toEqual({ id: 'a', n: 1 });
});
