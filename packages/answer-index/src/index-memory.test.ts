import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** In a process of its own, so that nothing else counts. */
const grownBy = async (entries: number) => {
  const script = join(import.meta.dirname, 'index-memory.fixture.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=4', script, String(entries)]);
  return JSON.parse(stdout) as { megabytes: number; runs: number; found: number };
};

test('a million answers are indexed, and those of a shard found, within 150 MB', { timeout: 120_000 }, async () => {
  const { megabytes, runs, found } = await grownBy(1_000_000);
  expect(runs).toBe(4);
  expect(found).toBe(50_000);
  expect(megabytes).toBeLessThan(150);
});
