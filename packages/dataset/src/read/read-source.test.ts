import { InputError } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { bytesFile } from './bytes-file.ts';
import { collect } from './collect-source.fixture.ts';
import { readSource } from './read-source.ts';

const LINES = '{"id":"a","n":2}\n{"id":"b","n":3}\n{"id":"c","n":4}\n';

test('derived fields are made in order and see fields, vars, the line and those before them', async () => {
  const derive = [
    { field: 'twice', template: '{{ n | times: 2 }}' },
    { field: 'label', template: '{{ vars.prefix }}-{{ id }}-{{ twice }}-{{ _line }}' },
  ];
  const { fields } = await collect('jsonl', LINES, { source: { derive, limit: 1 }, vars: { prefix: 'p' } });
  expect(fields).toEqual([{ id: 'a', n: 2, twice: 4, label: 'p-a-4-1' }]);
});

test('a row whose field cannot be derived is a problem of that row', async () => {
  const derive = [{ field: 'x', template: '{{ extra }}!' }];
  const { rows, problems } = await collect('jsonl', '{"id":1}\n{"id":2,"extra":"y"}\n', { source: { derive } });
  expect(rows.map(({ fields }) => fields['x'])).toEqual(['y!']);
  expect(problems).toMatchObject([
    { code: 'unknown-field', place: { file: 'data.jsonl', line: 1, path: 'source.derive.x' } },
  ]);
});

test('templates that are none are told all at once, before a file is opened', async () => {
  const derive = [
    { field: 'x', template: '{{ a' },
    { field: 'y', template: '{% if %}' },
  ];
  const unopened = { name: 'x', bytes: 1, open: () => expect.unreachable('the file was opened') };
  const rows = readSource({ format: 'csv', paths: [], derive }, [unopened], { vars: {} });
  const reading = rows.next();
  const error = await reading.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).problems.map(({ place }) => place?.path)).toEqual([
    'source.derive.x',
    'source.derive.y',
  ]);
});

test.each([0, 1, 2, 3, 9])('limit %d gives that many rows, over all files', async (limit) => {
  const files = [bytesFile('1', LINES), bytesFile('2', LINES)];
  const names: string[] = [];
  for await (const row of readSource({ format: 'jsonl', paths: [], derive: [], limit }, files, { vars: {} }))
    names.push(row.file);
  expect(names).toEqual(['1', '1', '1', '2', '2', '2'].slice(0, limit));
});

test('limit is left to the caller where reading starts from a key', async () => {
  expect((await collect('jsonl', LINES, { source: { limit: 1, fromKey: 'b' } })).rows).toHaveLength(3);
});

test('what is no object goes into the field of wrap, and is a problem without it', async () => {
  const text = '[1,2]\n"x"\nnull\n{"a":1}\n';
  const wrapped = await collect('jsonl', text, { source: { wrap: 'chain' } });
  expect(wrapped.fields).toEqual([{ chain: [1, 2] }, { chain: 'x' }, { chain: null }, { a: 1 }]);
  const plain = await collect('jsonl', text);
  expect(plain.problems.map(({ code, found }) => [code, found])).toEqual([
    ['no-object', 'a list'],
    ['no-object', 'a string'],
    ['no-object', 'null'],
  ]);
  expect((await collect('json', '[[1],2]', { source: { wrap: 'w' } })).fields).toEqual([{ w: [1] }, { w: 2 }]);
});

test.each(['_key', '_line', '_n', '_parent', '__proto__'])('a field named %s is refused', async (name) => {
  const text = `{"a":1,"${name}":{"x":1}}`;
  expect((await collect('jsonl', text)).problems).toMatchObject([{ code: 'reserved-field', place: { line: 1 } }]);
  expect((await collect('json', `[${text}]`)).problems).toMatchObject([{ code: 'reserved-field' }]);
});
