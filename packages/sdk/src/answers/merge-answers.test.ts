import { InputError } from '@batchmill/contracts';
import type { Fields } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { mergeAnswers } from './merge-answers.ts';
import type { AnswerToMerge, MergeOptions } from './merge-answers.ts';

const INTO: MergeOptions = { key: 'id', into: 'caption' };
const merge = (rows: Parameters<typeof mergeAnswers>[0], answers: AnswerToMerge[], options = INTO) =>
  Array.fromAsync(mergeAnswers(rows, answers, options));
const reason = { code: 'refused', message: 'no' };
const refused = (customId: string | null): AnswerToMerge => ({
  line: 1,
  customId,
  outcome: 'refused',
  reason,
  usage: null,
  raw: null,
});

test('answers go to the rows of their key; rows keep their order and fields, and are not changed', async () => {
  const rows = [
    Object.freeze({ id: 'b', nested: Object.freeze({ x: 1 }), caption: 'old', last: null }),
    Object.freeze({ id: 7, extra: true }),
  ];
  const answers = [
    { customId: '7', value: 'seven' },
    { customId: 'b', value: 'new' },
  ];
  const items = await merge(rows, answers);
  expect(items).toEqual([
    { kind: 'row', line: 1, key: 'b', outcome: 'ok', row: { id: 'b', nested: { x: 1 }, caption: 'new', last: null } },
    { kind: 'row', line: 2, key: '7', outcome: 'ok', row: { id: 7, extra: true, caption: 'seven' } },
  ]);
  expect(Object.keys((items[0] as { row: Fields }).row)).toEqual(['id', 'nested', 'caption', 'last']);
  expect(rows[0]).toMatchObject({ caption: 'old' });
});

test('rows without an answer, ids without a row, and what stands twice are all told', async () => {
  const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'a' }, { name: 'x' }, { id: '' }];
  const answers = [
    { customId: 'a', value: 'first' },
    { customId: 'a', value: 'second' },
    refused('b'),
    { customId: 'z', value: 1 },
    { customId: 'z', value: 2 },
    refused(null),
    refused(null),
  ];
  const items = await merge(rows, answers);
  expect(items.map((item) => (item.kind === 'row' ? [item.line, item.outcome, item.reason?.code] : item))).toEqual([
    [1, 'ok', undefined],
    [2, 'refused', 'refused'],
    [3, 'missing', 'missing'],
    [4, 'invalid', 'duplicate-key'],
    [5, 'invalid', 'no-key'],
    [6, 'invalid', 'empty-key'],
    { kind: 'duplicate', customId: 'a', lines: 2 },
    { kind: 'duplicate', customId: 'z', lines: 2 },
    { kind: 'unmatched', customId: 'z', lines: 2 },
    { kind: 'unmatched', customId: null, lines: 2 },
  ]);
  expect(items[0]).toMatchObject({ row: { id: 'a', caption: 'first' } });
  expect(items[3]).toMatchObject({ row: { id: 'a' } });
});

test.each([[[refused('a'), { customId: 'a', value: 'yes' }]], [[{ customId: 'a', value: 'yes' }, refused('a')]]])(
  'of several answers the one that is ok counts, in whatever order: %#',
  async (answers) => {
    expect(await merge([{ id: 'a' }], answers)).toMatchObject([{ outcome: 'ok', row: { caption: 'yes' } }, {}]);
  },
);

test('parts of an answer go into fields of their own; an answer that lacks one leaves the row as it is', async () => {
  const into = { score: 'relevance', why: 'reason' };
  const items = await merge(
    [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
    [
      { customId: 'a', value: { relevance: 4, reason: null, more: 1 } },
      { customId: 'b', value: { relevance: 4 } },
      { customId: 'c', value: '42' },
    ],
    { key: 'id', into },
  );
  expect(items).toMatchObject([
    { outcome: 'ok', row: { id: 'a', score: 4, why: null } },
    { outcome: 'invalid', row: { id: 'b' }, reason: { message: 'the answer has no "reason"' } },
    { outcome: 'invalid', row: { id: 'c' } },
  ]);
});

test('a field without a value is none, and one may be named like what every object has', async () => {
  const hostile = JSON.parse('{"id":"a","__proto__":{"x":1},"constructor":2,"n":null}') as Fields;
  const [item] = await merge([{ ...hostile, gone: undefined }, { id: 'b' }], [{ customId: 'a', value: 'yes' }]);
  expect(JSON.stringify(item)).toContain(
    '"row":{"id":"a","__proto__":{"x":1},"constructor":2,"n":null,"caption":"yes"}',
  );
});

test('a template may be the key, and a text stays the text it is', async () => {
  const rows = [{ set: 'x', n: 1 }];
  const options = { key: '{{ set }}-{{ n }}', into: 'out' };
  expect(await merge(rows, [{ customId: 'x-1', value: '42' }], options)).toMatchObject([{ row: { out: '42' } }]);
  expect(() => mergeAnswers([], [], { key: '{{ oops', into: 'out' })).toThrow(InputError);
});

test('a hundred thousand answers in another order find their rows', async () => {
  const count = 100_000;
  const answers = function* (): Generator<AnswerToMerge> {
    for (let at = count - 1; at >= 0; at -= 1) yield { customId: `k${at}`, value: `answer ${at} ${'x'.repeat(80)}` };
  };
  const rows = async function* (): AsyncGenerator<Fields> {
    for (let at = 0; at < count; at += 1) yield { id: `k${at}` };
  };
  let matched = 0;
  for await (const item of mergeAnswers(rows(), answers(), INTO)) {
    const { id, caption } = item.kind === 'row' ? item.row : {};
    if (typeof id === 'string' && typeof caption === 'string' && caption.startsWith(`answer ${id.slice(1)} `))
      matched += 1;
  }
  expect(matched).toBe(count);
});
