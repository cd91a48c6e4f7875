import type { Tree } from '../tree.ts';
import { isForTests } from '../workspace.ts';

type Habit = { sentence: string; offends: (path: string, line: string) => boolean };

const inSource = (path: string): boolean => path.endsWith('.ts');
const inTests = (path: string): boolean => path.endsWith('.test.ts');
/** The rules and their tests speak of what they forbid. */
const aboutRules = (path: string): boolean => path.startsWith('test/structure/');

const HABITS: readonly Habit[] = [
  {
    sentence: 'An index names what it exports: no `export *`',
    offends: (path, line) => inSource(path) && line.startsWith('export *'),
  },
  {
    sentence: 'Exports are named: no `export default`, but where a tool asks for one',
    offends: (path, line) => inSource(path) && line.startsWith('export default') && !ASKED_FOR_DEFAULT.includes(path),
  },
  {
    sentence: 'The compiler is not silenced: no `@ts-ignore`, `@ts-expect-error` or `@ts-nocheck`',
    offends: (path, line) => inSource(path) && /@ts-(ignore|expect-error|nocheck)/.test(line),
  },
  {
    sentence: 'A lint rule is switched off for one line and with a reason: `oxlint-disable-next-line rule -- reason`',
    offends: (path, line) =>
      inSource(path) && /(ox|es)lint-disable/.test(line) && !/oxlint-disable-next-line [^ ]+ -- \w/.test(line),
  },
  {
    sentence:
      'No test is left out or runs alone: no `.only`, `.skip` or `.todo`; `skipIf` with a reason in its name is fine',
    offends: (path, line) => inTests(path) && /\b(test|it|describe)(\.\w+)*\.(only|skip|todo)\b/.test(line),
  },
  {
    sentence: 'Production code does not ask whether it is being tested',
    offends: (path, line) => inSource(path) && !isForTests(path) && /NODE_ENV|VITEST/.test(line),
  },
];

/** By vitest for its configuration and its reporters, by tinypool for the work of a thread. */
const ASKED_FOR_DEFAULT = [
  'vitest.config.ts',
  'scripts/test-run/progress-reporter.ts',
  'packages/prompts/src/plots/plot-worker.ts',
];

export const HABIT_SENTENCES: readonly string[] = HABITS.map(({ sentence }) => sentence);

export const offendersAgainst = (habit: string, tree: Tree): string[] => {
  const { offends } = HABITS.find(({ sentence }) => sentence === habit) ?? { offends: () => true };
  return [...tree]
    .filter(([path]) => !aboutRules(path))
    .flatMap(([path, text]) =>
      text.split('\n').flatMap((line, i) => (offends(path, line) ? [`${path}:${i + 1} ${line.trim()}`] : [])),
    );
};

export const NO_DRAWERS = 'A folder or file is named for what is in it: no common, shared, utils, helpers, misc, lib';

const DRAWER = /(^|\/)(common|shared|utils?|helpers?|misc|lib)(\.ts)?(\/|$)/;

export const drawers = (tree: Tree): string[] =>
  [...tree.keys()].filter((path) => path !== 'docs' && DRAWER.test(path));

export const CASTS_ARE_FEW =
  'Casts by way of `unknown` stay where they are needed: whoever adds one says why in habits.ts';

/** How many `as unknown as` each production file needs, and why. */
const CASTS: Record<string, { count: number; why: string }> = {
  'packages/contracts/src/ids.ts': { count: 1, why: 'the groups of a matched pattern, all of which are there' },
  'packages/ledger/src/records.ts': { count: 1, why: 'a body and the three fields every record has' },
  'packages/templates/src/fields-of.ts': { count: 1, why: 'a template of our own making for the analysis of liquidjs' },
  'packages/templates/src/strict-assign.ts': { count: 1, why: 'fields of a tag that liquidjs keeps private' },
};

export const castsWithoutReason = (tree: Tree): string[] =>
  [...tree]
    .filter(([path]) => inSource(path) && !isForTests(path))
    .map(([path, text]) => ({ path, count: text.match(/\bas unknown as\b/g)?.length ?? 0 }))
    .filter(({ path, count }) => count > (CASTS[path]?.count ?? 0))
    .map(({ path, count }) => `${path} has ${count}`);
