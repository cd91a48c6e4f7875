import { expect, test } from 'vitest';
import {
  IMPORTS_GO_ONE_WAY,
  NO_WAY_AROUND,
  PRODUCTION_KNOWS_NO_TESTS,
  importsAgainstTheWay,
  importsThatLeaveTheirPackage,
  productionThatImportsTests,
} from './rules/import-direction.ts';
import { treeOf } from './tree-of.fixture.ts';
import { readTree } from './tree.ts';

const tree = await readTree();

test('imports go one way', () => {
  expect(importsAgainstTheWay(tree), IMPORTS_GO_ONE_WAY).toEqual([]);
});

test('production code knows no tests', () => {
  expect(productionThatImportsTests(tree), PRODUCTION_KNOWS_NO_TESTS).toEqual([]);
});

test('no relative import leaves its package', () => {
  expect(importsThatLeaveTheirPackage(tree), NO_WAY_AROUND).toEqual([]);
});

test.each([
  ['a service that imports a service', 'services/poller/src/a.ts', '@batchmill/service-submitter'],
  ['a service that imports the embedded mode', 'services/poller/src/a.ts', '@batchmill/embedded'],
  ['an adapter that imports an adapter', 'packages/queue/src/a.ts', '@batchmill/object-store'],
  ['contracts that import anything of ours', 'packages/contracts/src/a.ts', '@batchmill/pipeline'],
  ['a command line that imports a service', 'packages/cli/src/a.ts', '@batchmill/service-api'],
  ['a test that imports against the way', 'packages/queue/src/a.test.ts', '@batchmill/ledger'],
  ['a package without a place', 'packages/drawer/src/a.ts', '@batchmill/contracts'],
])('%s is found', (_what, path, imported) => {
  expect(importsAgainstTheWay(treeOf({ [path]: `import { a } from '${imported}';` }))).toHaveLength(1);
});

test.each([
  ['an import over several lines', "import {\n  a,\n  b,\n} from '@batchmill/testkit';"],
  ['an import of a type', "import type { A } from '../a.test.ts';"],
  ['a re-export', "export { a } from './testing/a.ts';"],
  ['an import at run time', "const a = await import('@batchmill/testkit');"],
  ['a thread', "new Worker(new URL('a.fixture.ts', import.meta.url));"],
  ['an import for its effect', "import 'vitest';"],
])('%s from production to tests is found', (_what, text) => {
  expect(productionThatImportsTests(treeOf({ 'packages/queue/src/a.ts': text }))).toHaveLength(1);
  expect(productionThatImportsTests(treeOf({ 'packages/queue/src/a.test.ts': text }))).toEqual([]);
});

test('a relative path into another package is found', () => {
  const around = treeOf({ 'packages/queue/src/a.ts': "import { b } from '../../ledger/src/b.ts';" });
  expect(importsThatLeaveTheirPackage(around)).toHaveLength(1);
});
