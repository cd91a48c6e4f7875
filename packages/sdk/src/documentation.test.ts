import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const page = await readFile(new URL('../../../docs/sdk.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^## ([^\n]+)\n\n```ts\n(.*?)^```\n\n```text\n(.*?)^```/gms)].map(
  ([, heading = '', program = '', printed = '']) => [heading, program, printed] as const,
);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-sdk-'));
  await mkdir(join(folder, 'node_modules/@batchmill'), { recursive: true });
  await symlink(join(import.meta.dirname, '..'), join(folder, 'node_modules/@batchmill/sdk'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the page on the SDK', () => {
  test('has a program for each function', () => {
    expect(examples.map(([heading]) => heading)).toEqual([
      'makeRequests',
      'splitRequests',
      'parseResponses',
      'mergeAnswers',
      'All four',
    ]);
    expect(page.match(/^```ts/gm)).toHaveLength(examples.length);
  });

  test.each(examples)('%s: the program prints what stands below it', async (heading, program, printed) => {
    const file = `${heading.replaceAll(' ', '-')}.mts`;
    await writeFile(join(folder, file), program);
    const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: folder });
    expect(stdout).toBe(printed);
  });
});
