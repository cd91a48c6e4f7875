import type { RowView } from '@batchmill/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffRows } from './diff-rows.ts';
import type { DiffItem } from './diff-rows.ts';
import { shownChange } from './shown-change.ts';

type Row = Pick<RowView, 'key' | 'outcome' | 'fields'>;

async function* streamed(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows;
}
const diff = (first: Iterable<Row>, second: Iterable<Row>): Promise<DiffItem[]> =>
  Array.fromAsync(diffRows(streamed(first), streamed(second), undefined));
const rowOf = ([key, value]: [string, number]): Row => ({ key, outcome: 'ok', fields: { value } });

test('every row of two jobs is compared once, in whatever order they come', async () => {
  const some = fc.uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), fc.nat(3)), { selector: ([key]) => key });
  await fc.assert(
    fc.asyncProperty(some, some, async (first, second) => {
      const [before, after] = [new Map(first), new Map(second)];
      const found = await diff(first.map(rowOf), second.map(rowOf));
      const expected = [
        ...first.map(([key, value]) => {
          const now = after.get(key);
          return [key, now === undefined ? 'only-first' : now === value ? 'unchanged' : 'changed'];
        }),
        ...second.filter(([key]) => !before.has(key)).map(([key]) => [key, 'only-second']),
      ];
      expect(found.map((item) => item !== 'not-final' && [item.key, item.change])).toEqual(expected);
    }),
  );
});

test('a key that stands twice is paired in order', async () => {
  const twice: Row[] = [1, 2, 3].map((value) => rowOf(['k', value]));
  const found = await diff(twice, [rowOf(['k', 1]), rowOf(['k', 5])]);
  expect(found).toMatchObject([
    { change: 'unchanged' },
    { change: 'changed', fields: { value: { old: 2, new: 5 } } },
    { change: 'only-first' },
  ]);
});

test('fields may be named like what every object has', async () => {
  const hostile = (value: string): Row => ({
    key: 'k',
    outcome: 'ok',
    fields: JSON.parse(`{"__proto__":${value},"constructor":1}`) as Row['fields'],
  });
  const [item] = await diff([hostile('1')], [hostile('2')]);
  expect(JSON.stringify(item)).toContain('"fields":{"__proto__":{"old":1,"new":2}}');
});

test('two hundred thousand rows in opposite orders fit in little memory', async () => {
  const count = 200_000;
  const rows = function* (from: number, step: number, changed: number): Generator<Row> {
    for (let n = 0; n < count; n += 1) {
      const at = from + n * step;
      yield { key: `key-${at}`, outcome: 'ok', fields: { text: `${'x'.repeat(200)}${at % changed === 0 ? '!' : ''}` } };
    }
  };
  let changed = 0;
  let most = 0;
  const before = process.memoryUsage().arrayBuffers;
  for await (const item of diffRows(streamed(rows(0, 1, Infinity)), streamed(rows(count - 1, -1, 100)), undefined)) {
    if (item !== 'not-final' && item.change === 'changed') changed += 1;
    if (changed % 500 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(changed).toBe(count / 100 - 1);
  expect(most).toBeLessThan(64 * 1024 * 1024);
}, 60_000);

test('a long change is shown from where it begins to differ, and a character is never cut in two', () => {
  const change = { old: `${'a'.repeat(100)}old`, new: `${'a'.repeat(100)}new` };
  expect(shownChange(change, 'changed', 30)).toEqual(['…aaaaaaaaaaold"', '→', '…aaaaaaaaaanew"']);
  const [shown = ''] = shownChange({ old: '😀'.repeat(50), new: 'x' }, 'changed', 20);
  expect(shown.isWellFormed()).toBe(true);
  expect(shown.length).toBeLessThanOrEqual(20);
});
