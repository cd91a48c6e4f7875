import { expect, test } from 'vitest';
import { collect, refusal } from './collect-source.fixture.ts';
import { frequencyOf } from './read-m4.ts';

const SAMPLE = `"V1","V2","V3","V4","V5"
"H1","605","586.5","-1e3",""
"H2","3124","","2862",""
"W3","NaN","1","NA","nan"
"H4","","","",""
H5,7
`;

test('an id and its values become a series without padding, with its inner gaps as null', async () => {
  const { rows, problems } = await collect('m4', SAMPLE, { name: 'series.csv' });
  expect(problems).toEqual([]);
  expect(rows.map(({ line, fields }) => ({ line, ...fields }))).toEqual([
    { line: 2, series_id: 'H1', series: [605, 586.5, -1000], frequency: 'Hourly' },
    { line: 3, series_id: 'H2', series: [3124, null, 2862], frequency: 'Hourly' },
    { line: 4, series_id: 'W3', series: [null, 1], frequency: 'Weekly' },
    { line: 5, series_id: 'H4', series: [], frequency: 'Hourly' },
    { line: 6, series_id: 'H5', series: [7], frequency: 'Hourly' },
  ]);
});

test.each([
  ['data/Quarterly-test.csv', 'x', 'Quarterly'],
  ['mine.csv', 'M12', 'Monthly'],
  ['mine.csv', 'Walmart', null],
  ['mine.csv', 'X1', null],
])('the frequency comes from the name of the file, else from the id: %s, %s', (name, id, frequency) => {
  expect(frequencyOf(name, id)).toBe(frequency);
});

test.each(['inf', '-Infinity', 'abc', '1,5', '0x10', '1e999'])(
  'a cell with %s is a problem that names its column',
  async (cell) => {
    const { rows, problems } = await collect('m4', `"id","first","second"\n"A","1","${cell}"\n"B","1","2"\n`);
    expect(rows).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'm4-value', place: { line: 2, row: 'A' }, found: JSON.stringify(cell) }]);
    expect(problems[0]?.message).toContain('column 3 ("second")');
  },
);

test('a line without id and one wider than the header are problems', async () => {
  const { problems } = await collect('m4', 'V1,V2\n,1\nA,1,2\nB,1\n');
  expect(problems.map(({ code, place }) => [code, place?.line])).toEqual([
    ['m4-id', 2],
    ['csv-cells', 3],
  ]);
});

test('a file without header is refused, since its first series would be lost', async () => {
  expect(await refusal('m4', 'H1,605,586\nH2,1,2\n')).toMatchObject([{ code: 'm4-header', place: { line: 1 } }]);
});
