import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  LINKS_LEAD_SOMEWHERE,
  NO_REGISTRY_IS_NAMED,
  PROMISES_NAME_THEIR_TESTS,
  deadLinks,
  namedRegistries,
  unnamedPromises,
} from './rules/documents.ts';
import { ROOT, readTree } from './tree.ts';

const tree = await readTree();

test('links of the documents lead somewhere', () => {
  expect(
    deadLinks(tree, (path) => existsSync(join(ROOT, path))),
    LINKS_LEAD_SOMEWHERE,
  ).toEqual([]);
});

test('no file names the host of a registry', () => {
  expect(namedRegistries(tree), NO_REGISTRY_IS_NAMED).toEqual([]);
});

test('every promise has its number in the name of each test that proves it', () => {
  expect(unnamedPromises(tree), PROMISES_NAME_THEIR_TESTS).toEqual([]);
});

describe('who breaks a rule is found', () => {
  const page =
    '# Down there\n[there](../b.md) [gone](c.md) [heading](#down-there) [no heading](#up) [web](https://a.example)';
  const code = '`[no](link.md)`\n```md\n[nor](this.md)\n```\n';

  test('a link to nowhere, but none to the web or in code', () => {
    const pages = new Map([
      ['docs/a.md', `${page}\n${code}`],
      ['b.md', ''],
    ]);
    expect(deadLinks(pages, (path) => pages.has(path))).toEqual(['docs/a.md links to c.md', 'docs/a.md links to #up']);
  });

  test('a promise whose test is not there, or does not name it', () => {
    const table =
      '| | promise | proven by |\n|---|---|---|\n| R1 | Once. | `a.test.ts`; `src/b.test.ts` (all); `c.test.ts` |\n';
    const pages = new Map([
      ['docs/reliability.md', table],
      ['test/a.test.ts', "test('R1 once', once);"],
      ['services/x/src/b.test.ts', "// R1\ntest('R12 twice', twice);"],
    ]);
    const found = ['R1: no test in src/b.test.ts has it in its name', 'R1: there is no c.test.ts'];
    expect(unnamedPromises(pages)).toEqual(found);
  });

  test('the host of a registry', () => {
    expect(namedRegistries(new Map([['docs/a.md', 'from https://registry.npmjs.org/x']]))).toHaveLength(1);
  });
});
