import { expect, test } from 'vitest';
import { bytesFile } from './bytes-file.ts';
import { collect, refusal } from './collect-source.fixture.ts';
import { readJson } from './read-json.ts';

const VALUE = { id: 1, text: 'é🙂 "x"\n\u2028', list: [1, -2.5e-3, null, true, [], {}], nested: { a: { b: [{}] } } };

test.each([1, 2, 7, 64])(
  'an array is read in chunks of %d bytes, pretty or not; a row is known by its number',
  async (chunkBytes) => {
    for (const text of [JSON.stringify([VALUE, VALUE]), `\uFEFF${JSON.stringify([VALUE, VALUE], null, 2)}\r\n`]) {
      const { rows } = await collect('json', text, { chunkBytes });
      expect(rows.map(({ line, fields }) => [line, fields])).toEqual([
        [1, VALUE],
        [2, VALUE],
      ]);
    }
  },
);

test('an empty array is no row', async () => {
  expect((await collect('json', ' [ ] ')).rows).toEqual([]);
});

test('large integers keep their digits as text, and a number no double can hold is a problem of its row', async () => {
  const { fields, problems } = await collect('json', '[{"id":12345678901234567890},{"x":[1e999]},{"x":1}]');
  expect(fields).toEqual([{ id: '12345678901234567890' }, { x: 1 }]);
  expect(problems).toMatchObject([{ code: 'number-too-large', place: { line: 2 } }]);
});

test('a broken place is named by line and element', async () => {
  const [problem] = await refusal('json', '[\n {"a":1},\n {"a":NaN}\n]');
  expect(problem).toMatchObject({ code: 'broken-json', place: { file: 'data.json', line: 3 } });
  expect(problem?.message).toContain('element 2');
});

test('the rows before a broken place have been given', async () => {
  const file = bytesFile('a.json', `[${'{"a":1},\n'.repeat(50_000)} x]`);
  let rows = 0;
  const reading = async () => {
    for await (const batch of readJson(file)) rows += batch.length;
  };
  await expect(reading()).rejects.toThrow('element 50001');
  expect(rows).toBeGreaterThan(30_000);
});

test.each(['[{"a":1},{"a":', '[{"a":1},', '[{"a":"x', '['])(
  'an array whose end is missing is refused: %j',
  async (text) => {
    expect(await refusal('json', text)).toMatchObject([
      { code: 'truncated-json', place: { file: 'data.json', line: 1 } },
    ]);
  },
);

test('text after the array is refused', async () => {
  expect(await refusal('json', '[{"a":1}]\n[{"a":2}]')).toMatchObject([{ code: 'broken-json', place: { line: 2 } }]);
});

test.each([
  ['{"rows":[{"a":1}]}', 'jq'],
  ['{"a":1}\n{"a":2}\n', 'jsonl'],
  ['id,text\n1,x\n', 'csv'],
  ['<!DOCTYPE html>', 'format'],
])('what is no array is refused with what to do: %j', async (text, remedy) => {
  const [problem] = await refusal('json', text);
  expect(problem?.code).toBe('wrong-format');
  expect(problem?.remedy).toContain(remedy);
});
