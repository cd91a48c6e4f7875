import { expect, test } from 'vitest';
import { collect, refusal } from './collect-source.fixture.ts';
import { detectDelimiter } from './csv-records.ts';

test('every value stays the text it is', async () => {
  const { fields } = await collect('csv', 'id,n,empty,spaced\n007,42,, x \n');
  expect(fields).toEqual([{ id: '007', n: '42', empty: '', spaced: ' x ' }]);
});

test.each([1, 2, 3, 5, 7, 64])(
  'quotes, newlines in cells, CRLF and a byte order mark are read in chunks of %d bytes',
  async (chunkBytes) => {
    const text = '\uFEFFid,text\r\n1,"say ""hi"", é🙂"\r\n2,"two\r\nlines"\r\n\r\n3,last';
    const { rows, problems } = await collect('csv', text, { chunkBytes });
    expect(problems).toEqual([]);
    expect(rows.map(({ line, fields }) => ({ line, ...fields }))).toEqual([
      { line: 2, id: '1', text: 'say "hi", é🙂' },
      { line: 3, id: '2', text: 'two\r\nlines' },
      { line: 6, id: '3', text: 'last' },
    ]);
  },
);

test.each([
  ['a,b', ','],
  ['a;b;c,d', ';'],
  ['a\tb', '\t'],
  ['"a;b;c",d', ','],
  ['single', ','],
])('the delimiter of %j is %j', (header, delimiter) => {
  expect(detectDelimiter(`${header}\n1,2;3;4;5;6\n`)).toBe(delimiter);
});

test('line breaks of old Macs and mixed ones are line breaks', async () => {
  expect((await collect('csv', 'a,b\r1,2\r3,4')).fields).toEqual([
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
  expect((await collect('csv', 'a,b\r\n1,2\n3,4\r\n')).fields).toEqual([
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
});

test('a record with too many or too few cells is a problem with its line, and those after it are read', async () => {
  const { rows, problems } = await collect('csv', 'a,b\n"x\ny",2\n1,2,3\n1\n4,5\n');
  expect(rows.map(({ line }) => line)).toEqual([2, 6]);
  expect(problems).toMatchObject([
    { code: 'csv-cells', place: { file: 'data.csv', line: 4 }, found: '3 cells', expected: '2' },
    { code: 'csv-cells', place: { line: 5 }, found: '1 cell' },
  ]);
});

test('a stray quote in an unquoted cell costs that record only', async () => {
  const { rows, problems } = await collect('csv', 'a,b\n1,"x\r\ny"\n2,5" "pipe"\n3,c 6"\n4,d\n');
  expect(rows.map(({ line, fields }) => [line, fields['a']])).toEqual([
    [2, '1'],
    [6, '4'],
  ]);
  expect(problems).toMatchObject([
    { code: 'csv-quote', place: { line: 4 } },
    { code: 'csv-quote', place: { line: 5 } },
  ]);
});

test('text after a closing quote is refused, since nobody can tell where the record ends', async () => {
  expect(await refusal('csv', 'a,b\n1,2\nx,"y"z\n')).toMatchObject([
    { code: 'csv-quote', place: { file: 'data.csv', line: 3 } },
  ]);
});

test('a quote that is never closed names the line it stands on', async () => {
  const text = `a,b\n1,2\n3,"open\n${'4,5\n'.repeat(100)}`;
  expect(await refusal('csv', text)).toMatchObject([{ code: 'csv-quote-not-closed', place: { line: 3 } }]);
});

test('all mistakes of a header are told at once', async () => {
  const problems = await refusal('csv', ',id,text,id,,_key\n1,2,3,4,5,6\n');
  expect(problems.map(({ message }) => message)).toEqual([
    'column 1 has no name in the header',
    'column 5 has no name in the header',
    'the name "id" stands over columns 2 and 4',
    'a column is named "_key", which the system sets itself',
  ]);
  expect(problems.every(({ place }) => place?.line === 1)).toBe(true);
});

test('a header without records is no row', async () => {
  expect(await collect('csv', 'a,b\n')).toEqual({ rows: [], fields: [], problems: [] });
});

test('a cell of a megabyte is read', async () => {
  const long = 'x"y\n'.repeat(250_000);
  const { fields } = await collect('csv', `id,text\n1,"${long.replaceAll('"', '""')}"\n`);
  expect(fields[0]?.['text'] === long).toBe(true);
});
