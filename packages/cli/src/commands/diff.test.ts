import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RowView } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { statusOf } from '../testing/samples.ts';
import { setStage } from '../testing/stage.ts';

const FIRST = 'aaaa1111jobjobjob';
const SECOND = 'bbbb2222jobjobjob';

const row = (key: string, fields: RowView['fields'], over: Partial<RowView> = {}): RowView => ({
  id: key,
  key,
  outcome: 'ok',
  step: null,
  fields,
  ...over,
});
const refused = { outcome: 'refused' as const, step: 'answer', reason: { code: 'refused', message: 'I will not' } };

const FIRST_ROWS = [
  row('same', { text: 'x', tags: [1, { a: null }], caption: 'A line.' }),
  row('new-caption', { text: 'y', caption: `${'A very long beginning, '.repeat(5)}then it rises.` }),
  row('new-fields', { text: 'z', caption: 'C', n: null, gone: 1 }),
  row('refused', { text: 'r', caption: 'D' }),
  row('only-here', { text: 'o' }),
  row('on its way', { text: 'w', caption: 'E' }),
];
const SECOND_ROWS = [
  row('on its way', { text: 'w' }, { outcome: 'open' }),
  row('only-there', { text: 't', caption: 'new' }),
  row('refused', { text: 'r' }, refused),
  row('new-fields', { text: 'z', caption: 'C', n: 0, more: [] }),
  row('new-caption', { text: 'y', caption: `${'A very long beginning, '.repeat(5)}then it falls.` }),
  row('same', { caption: 'A line.', tags: [1, { a: null }], text: 'x' }),
];

const setJobs = async (over: Parameters<typeof statusOf>[0] = {}) => {
  const stage = await setStage();
  await mkdir(join(stage.folder, '.batchmill'));
  const job = (id: string, rows: RowView[], more: Parameters<typeof statusOf>[0]) =>
    stage.api.jobs.set(id, { statuses: [statusOf({ id, ...more })], rows, files: {} });
  job(FIRST, FIRST_ROWS, { cost: { estimated: 1, paid: 0.5, realtime: 1 } });
  job(SECOND, SECOND_ROWS, { state: 'running', cost: { estimated: 1, paid: 0.75, realtime: 1 }, ...over });
  return stage;
};

type Line = { type: 'row' | 'summary'; key?: string; change?: string; fields?: unknown };
const jsonLines = (out: string): Line[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test('rows that differ are shown by field, shortened to what differs, then counts and costs', async () => {
  await using stage = await setJobs();
  const { exitCode, out, err } = await stage.call('diff', 'aaaa', SECOND);
  expect([exitCode, err]).toEqual([0, '']);
  expect(out).toMatch(/^new-caption\n {2}caption {2}….*then it rises\." {2}→ {2}….*then it falls\."$/m);
  expect(out).toMatch(/^new-fields\n {2}n +null +→ {2}0\n {2}gone +1 +→ {2}\(none\)\n {2}more +\(none\) +→ {2}\[\]$/m);
  expect(out).toMatch(/^refused {2}ok → refused: I will not\n {2}caption {2}"D" {2}→ {2}\(none\)$/m);
  expect(out).toMatch(/^only-here {2}only in the first, ok\n {2}text {2}"o"$/m);
  expect(out).toMatch(/^only-there {2}only in the second, ok\n/m);
  expect(out).not.toMatch(/^same|^on its way/m);
  expect(out).toMatch(/^first +aaaa1111jobjobjob +captions +completed .*\$0\.50$/m);
  expect(out).toMatch(/^second +bbbb2222jobjobjob +captions +running .*\$0\.75$/m);
  expect(out).toContain('4 rows in both: 3 changed, 1 unchanged; 1 only in the first, 1 only in the second');
  expect(out).toContain('1 row left out: a job is still at them');
  expect(out).toMatch(/^fields\n {2}caption {2}2 rows\n/m);
  expect(out).toMatch(/^outcomes\n {2}ok → refused {2}1 row$/m);
});

test('--json gives whole rows as JSON lines, in the order of the first job, and the summary last', async () => {
  await using stage = await setJobs();
  const { out } = await stage.call('diff', 'aaaa', 'bbbb', '--json');
  const lines = jsonLines(out);
  expect(lines.map(({ type, key, change }) => key ?? `${type}${change ?? ''}`)).toEqual([
    'new-caption',
    'new-fields',
    'refused',
    'only-here',
    'only-there',
    'summary',
  ]);
  expect(lines[1]).toEqual({
    type: 'row',
    key: 'new-fields',
    change: 'changed',
    outcome: { old: 'ok', new: 'ok' },
    fields: { n: { old: null, new: 0 }, gone: { old: 1 }, more: { new: [] } },
  });
  expect(lines.at(-1)).toMatchObject({
    jobs: [
      { id: FIRST, cost: { paid: 0.5 } },
      { id: SECOND, tokens: { input: 24, output: 40 } },
    ],
    rows: { changed: 3, unchanged: 1, onlyFirst: 1, onlySecond: 1, notFinal: 1 },
    outcomes: [{ old: 'ok', new: 'refused', rows: 1 }],
  });
});

test('--fields names what counts beside the outcome; --all gives unchanged rows too; --limit cuts what is shown, not what is counted', async () => {
  await using stage = await setJobs();
  const named = await stage.call('diff', 'aaaa', 'bbbb', '--fields', 'n, text', '--json');
  expect(jsonLines(named.out).map(({ key, fields }) => [key, fields])).toMatchObject([
    ['new-fields', { n: { old: null, new: 0 } }],
    ['refused', {}],
    ['only-here', { text: { old: 'o' } }],
    ['only-there', { text: { new: 't' } }],
    [undefined, [{ field: 'n', rows: 1 }]],
  ]);
  const all = await stage.call('diff', 'aaaa', 'bbbb', '--all', '--json');
  expect(jsonLines(all.out)[0]).toMatchObject({ key: 'same', change: 'unchanged', fields: {} });
  const cut = await stage.call('diff', 'aaaa', 'bbbb', '--limit', '1');
  expect(cut.out).not.toContain('only-here');
  expect(cut.out).toContain('3 changed, 1 unchanged');
  expect(cut.err).toBe('There are 4 more rows than these 1: --limit 0 shows all.\n');
});

test('--out writes whole rows to a file, in one step', async () => {
  await using stage = await setJobs();
  const { exitCode, out, err } = await stage.call('diff', 'aaaa', 'bbbb', '--out', 'diffs/one.jsonl');
  expect([exitCode, err]).toEqual([0, '5 rows in ./diffs/one.jsonl\n']);
  expect(out).not.toContain('new-caption');
  const text = await readFile(join(stage.folder, 'diffs/one.jsonl'), 'utf8');
  expect(jsonLines(text).map(({ key }) => key)).toEqual([
    'new-caption',
    'new-fields',
    'refused',
    'only-here',
    'only-there',
  ]);
  expect(text).toContain('then it rises.');
  await stage.call('diff', 'aaaa', 'bbbb', '--fields', 'capton', '--out', 'diffs/two.jsonl');
  expect(await readdir(join(stage.folder, 'diffs'))).toEqual(['one.jsonl']);
});

test.each([
  [['aaaa', FIRST], /^Both are job aaaa1111jobjobjob\. Name two jobs/],
  [['last', 'last'], /^Both are job/],
  [['aaaa', 'zzzz'], /There is no job "zzzz"/],
  [['aaaa'], /missing required argument 'second'/],
  [['aaaa', 'bbbb', '--fields', 'capton'], /No row of the two jobs has a field "capton"\. Did you mean "caption"\?/],
  [['aaaa', 'bbbb', '--all', '--changed'], /cannot be used with/],
])('what cannot be compared ends with 2 and says why: %j', async (words, message) => {
  await using stage = await setJobs();
  const { exitCode, err } = await stage.call('diff', ...words);
  expect([exitCode, err]).toEqual([2, expect.stringMatching(message)]);
});

test('a job that has not read its rows yet is not taken for one without rows', async () => {
  await using stage = await setJobs({ state: 'ingesting', rows: null });
  const { exitCode, err } = await stage.call('diff', 'aaaa', 'bbbb');
  expect([exitCode, err]).toEqual([2, expect.stringContaining('(ingesting) has not read its rows yet')]);
});
