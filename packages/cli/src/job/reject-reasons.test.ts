import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '@batchmill/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rejectReasons } from './reject-reasons.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-rejects-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const reportOf = (rejectsByReason: Record<string, number>): Report => ({ rejectsByReason }) as Report;

test('the most frequent reason stands first, with one row as an example', async () => {
  const line = (key: string, step: string, code: string, message: string): string =>
    `${JSON.stringify({ key, step, reason: { code, message } })}\n`;
  const rejects =
    line('1', 'ask', 'refused', 'I cannot') + line('2', 'ask', 'cut', 'too long') + line('3', 'ask', 'cut', '');
  await writeFile(join(folder, 'rejects.jsonl'), rejects);
  expect(await rejectReasons(reportOf({ 'ask: refused': 1, 'ask: cut': 2 }), folder)).toEqual([
    '  not ok: 2 rows, ask: cut: too long (row "2")',
    '  not ok: 1 row, ask: refused: I cannot (row "1")',
    '  every row that is not ok stands in rejects.jsonl',
  ]);
});

test('without the file the reasons are told all the same', async () => {
  const many = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`ask: r${index}`, 1]));
  const lines = await rejectReasons(reportOf(many), join(folder, 'nowhere'));
  expect(lines).toHaveLength(6);
  expect(lines.at(-1)).toContain('2 more reasons');
  expect(await rejectReasons(reportOf({}), folder)).toEqual([]);
});
