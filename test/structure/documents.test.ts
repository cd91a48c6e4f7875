import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LINKS_LEAD_SOMEWHERE, NO_REGISTRY_IS_NAMED, deadLinks, namedRegistries } from './rules/documents.ts';
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

  test('the host of a registry', () => {
    expect(namedRegistries(new Map([['docs/a.md', 'from https://registry.npmjs.org/x']]))).toHaveLength(1);
  });
});
