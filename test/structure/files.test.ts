import { describe, expect, test } from 'vitest';
import { FILES_ARE_SMALL, filesThatAreTooLong } from './rules/file-sizes.ts';
import {
  CASTS_ARE_FEW,
  HABIT_SENTENCES,
  NO_DRAWERS,
  castsWithoutReason,
  drawers,
  offendersAgainst,
} from './rules/habits.ts';
import { SERVICES_LOOK_ALIKE, servicesThatLookDifferent } from './rules/service-files.ts';
import { treeOf } from './tree-of.fixture.ts';
import { readTree } from './tree.ts';

const tree = await readTree();

test('every service has the same files', () => {
  expect(servicesThatLookDifferent(tree), SERVICES_LOOK_ALIKE).toEqual([]);
});

test('files are small', () => {
  expect(filesThatAreTooLong(tree), FILES_ARE_SMALL).toEqual([]);
});

test('there are no drawers', () => {
  expect(drawers(tree), NO_DRAWERS).toEqual([]);
});

test('casts by way of unknown are few', () => {
  expect(castsWithoutReason(tree), CASTS_ARE_FEW).toEqual([]);
});

test.each(HABIT_SENTENCES)('%s', (habit) => {
  expect(offendersAgainst(habit, tree), habit).toEqual([]);
});

describe('who breaks a rule is found', () => {
  test('a service that lacks files, and one whose main does more than start', () => {
    const lacking = treeOf({
      'services/poller/src/main.ts': 'console.log(1);\n',
      'services/poller/README.md': 'x\n'.repeat(41),
    });
    expect(servicesThatLookDifferent(lacking)).toEqual([
      'services/poller has no src/config.ts',
      'services/poller has no src/service.ts',
      'services/poller has no src/events.ts',
      'services/poller has no file for its work',
      'services/poller/README.md has 41 lines',
      'services/poller/src/main.ts does more than start',
    ]);
  });

  test('a file of 251 lines, a test of 401, and an entry nobody needs', () => {
    const long = treeOf({
      'packages/queue/src/a.ts': 'x\n'.repeat(251),
      'packages/queue/src/a.test.ts': 'x\n'.repeat(400),
    });
    expect(filesThatAreTooLong(long)).toEqual(['packages/queue/src/a.ts has 251 lines']);
    expect(filesThatAreTooLong(long, { 'packages/queue/src/a.ts': 'a reason' })).toEqual([]);
    expect(filesThatAreTooLong(long, { 'packages/queue/src/a.ts': 'a reason', b: 'a reason' })).toHaveLength(1);
    expect(filesThatAreTooLong(treeOf({ 'test/a.test.ts': 'x\n'.repeat(401) }))).toHaveLength(1);
  });

  test.each(['packages/queue/src/utils/a.ts', 'packages/queue/src/helpers.ts', 'packages/shared/src/a.ts'])(
    'the drawer %s',
    (path) => {
      expect(drawers(treeOf({ [path]: '' }))).toContain(path);
    },
  );

  test('one cast more', () => {
    expect(castsWithoutReason(treeOf({ 'packages/queue/src/a.ts': 'a as unknown as B' }))).toHaveLength(1);
  });

  test.each([
    ['packages/queue/src/a.ts', "export * from './b.ts';"],
    ['packages/queue/src/a.ts', 'export default a;'],
    ['packages/queue/src/a.ts', '// @ts-expect-error because'],
    ['packages/queue/src/a.ts', '// oxlint-disable-next-line no-console'],
    ['packages/queue/src/a.ts', '/* oxlint-disable no-console -- a whole file */'],
    ['packages/queue/src/a.test.ts', "test.only('a', () => {});"],
    ['packages/queue/src/a.test.ts', "describe.skip('a', () => {});"],
    ['packages/queue/src/a.test.ts', "test.concurrent.skip('a', () => {});"],
    ['packages/queue/src/a.ts', 'if (process.env.VITEST !== undefined) a();'],
  ])('%s: %s', (path, line) => {
    const broken = HABIT_SENTENCES.filter((habit) => offendersAgainst(habit, treeOf({ [path]: line })).length > 0);
    expect(broken).toHaveLength(1);
  });
});
