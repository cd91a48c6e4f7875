import { describe, expect, test } from 'vitest';
import { ONE_HOME_PER_LIBRARY, librariesWithSeveralHomes } from './rules/library-homes.ts';
import {
  MANIFESTS_ARE_ALIKE,
  VERSIONS_ARE_EXACT,
  WHAT_IS_DECLARED_IS_IMPORTED,
  WHAT_IS_IMPORTED_IS_DECLARED,
  declarationsNotImported,
  importsNotDeclared,
  manifestsThatDiffer,
  versionsThatAreNotExact,
} from './rules/manifests.ts';
import { treeOf } from './tree-of.fixture.ts';
import { readTree } from './tree.ts';

const tree = await readTree();

test('each outside library has one home', () => {
  expect(librariesWithSeveralHomes(tree), ONE_HOME_PER_LIBRARY).toEqual([]);
});

test('every package.json is private, MIT, a module and named after its folder', () => {
  expect(manifestsThatDiffer(tree), MANIFESTS_ARE_ALIKE).toEqual([]);
});

test('every import is declared', () => {
  expect(importsNotDeclared(tree), WHAT_IS_IMPORTED_IS_DECLARED).toEqual([]);
});

test('every declaration is imported', () => {
  expect(declarationsNotImported(tree), WHAT_IS_DECLARED_IS_IMPORTED).toEqual([]);
});

test('versions are exact and stand in the catalog', () => {
  expect(versionsThatAreNotExact(tree), VERSIONS_ARE_EXACT).toEqual([]);
});

describe('who breaks a rule is found', () => {
  test('a second home of a library, also in a test', () => {
    const importing = "import { Queue } from 'bullmq';";
    const files = { 'packages/queue/src/a.ts': importing, 'services/poller/src/a.test.ts': importing };
    expect(librariesWithSeveralHomes(treeOf(files))).toEqual(['bullmq is imported by queue, service-poller']);
  });

  test('a manifest that may be published', () => {
    const published = treeOf({ 'packages/queue/src/a.ts': '' }, { private: false });
    expect(manifestsThatDiffer(published)).toEqual(['packages/queue/package.json: "private" must be true']);
  });

  test('an import that only a neighbour or a test declares', () => {
    const text = "import { Queue } from 'bullmq';";
    expect(importsNotDeclared(treeOf({ 'packages/queue/src/a.ts': text }))).toHaveLength(1);
    const onlyForTests = { devDependencies: { bullmq: 'catalog:' } };
    expect(importsNotDeclared(treeOf({ 'packages/queue/src/a.ts': text }, onlyForTests))).toHaveLength(1);
    expect(importsNotDeclared(treeOf({ 'packages/queue/src/a.test.ts': text }, onlyForTests))).toEqual([]);
  });

  test('a declaration that nobody or only a test uses', () => {
    const manifest = { dependencies: { bullmq: 'catalog:' } };
    expect(declarationsNotImported(treeOf({ 'packages/queue/src/a.ts': '' }, manifest))).toHaveLength(1);
    const onlyTested = treeOf({ 'packages/queue/src/a.test.ts': "import { Queue } from 'bullmq';" }, manifest);
    expect(declarationsNotImported(onlyTested)).toHaveLength(1);
  });

  test.each([
    ['a range in the catalog', 'catalog: { bullmq: ^6.7.0 }', 'catalog:'],
    ['a version beside the catalog', 'catalog: { bullmq: 6.7.0 }', '6.7.0'],
    ['a catalog entry of nobody', 'catalog: { bullmq: 6.7.0, ioredis: 6.0.0 }', 'catalog:'],
  ])('%s', (_what, catalog, version) => {
    const loose = treeOf(
      { 'packages/queue/src/a.ts': '', 'pnpm-workspace.yaml': catalog },
      { dependencies: { bullmq: version } },
    );
    expect(versionsThatAreNotExact(loose)).toHaveLength(1);
  });
});
