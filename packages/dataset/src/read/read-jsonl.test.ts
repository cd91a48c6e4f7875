import { expect, test } from 'vitest';
import { bytesFile } from './bytes-file.ts';
import { collect, refusal } from './collect-source.fixture.ts';
import { readJsonl } from './read-jsonl.ts';

test.each([1, 3, 64])(
  'lines, blank lines, CRLF and a byte order mark are read in chunks of %d bytes',
  async (chunkBytes) => {
    const { rows } = await collect('jsonl', '\uFEFF{"a":"é🙂"}\r\n\r\n  \n{"a":[1,null]}', { chunkBytes });
    expect(rows.map(({ line, fields }) => [line, fields['a']])).toEqual([
      [1, 'é🙂'],
      [4, [1, null]],
    ]);
  },
);

test('a broken line is a problem with line, column and what the parser said; those after it are read', async () => {
  const { rows, problems } = await collect('jsonl', '{"a":1}\n{"a":1,, }\n{"a"\n{"a":2}\n');
  expect(rows.map(({ line }) => line)).toEqual([1, 4]);
  expect(problems).toMatchObject([
    { code: 'broken-json', place: { file: 'data.jsonl', line: 2, column: 8 } },
    { code: 'broken-json', place: { line: 3 } },
  ]);
  expect(problems[0]?.message).toBe('the line is not valid JSON: Expected double-quoted property name');
});

test('a line longer than the limit is a problem, and is not held in memory', async () => {
  const file = bytesFile('long.jsonl', `{"a":1}\n{"a":"${'x'.repeat(500)}"}\n{"a":2}\n`, 50);
  const records = [];
  for await (const batch of readJsonl(file, { maxLineBytes: 100 })) records.push(...batch);
  expect(records).toMatchObject([
    { line: 1, value: { a: 1 } },
    { line: 2, problem: { code: 'line-too-long', found: '508 bytes', expected: 'at most 100 bytes' } },
    { line: 3, value: { a: 2 } },
  ]);
});

test('an id of more digits than a double has keeps all of them, as text', async () => {
  const { fields } = await collect(
    'jsonl',
    '{"id":12345678901234567890,"n":9007199254740991,"x":1e300,"t":"1234567890123456"}',
  );
  expect(fields).toEqual([{ id: '12345678901234567890', n: 9007199254740991, x: 1e300, t: '1234567890123456' }]);
});

test('a number no double can hold is a problem of its row', async () => {
  const { rows, problems } = await collect('jsonl', '{"x":1e999}\n{"x":1}\n');
  expect(rows).toHaveLength(1);
  expect(problems).toMatchObject([{ code: 'number-too-large', place: { line: 1 } }]);
});

test.each([
  ['[\n {"a":1}\n]\n', 'json'],
  ['[{"a":1},\n{"a":2}]\n', 'json'],
  ['{\n "a":1\n}\n', 'one JSON array'],
  ['id,text\n1,x\n', 'csv'],
])('what is no JSON Lines is refused with the format to set: %j', async (text, remedy) => {
  const [problem] = await refusal('jsonl', text);
  expect(problem).toMatchObject({ code: 'wrong-format', place: { line: 1 } });
  expect(problem?.remedy).toContain(remedy);
});
