const MINUTE_MS = 60_000;

/**
 * A step is one command of `node_modules/.bin`. `tests` says that it runs a project of vitest and counts its tests; `beside`
 * that it takes, at the lowest priority, what those after it leave of the processors, and is waited for at the end.
 */
export type Step = {
  name: string;
  command: readonly [tool: string, ...words: string[]];
  limitMs: number;
  tests?: { mustExist: boolean };
  beside?: boolean;
};

const project = (name: string, limitMs: number, mustExist: boolean): Step => ({
  name,
  command: [
    'vitest',
    'run',
    '--project',
    name,
    '--passWithNoTests',
    '--reporter',
    `${import.meta.dirname}/progress-reporter.ts`,
  ],
  limitMs: limitMs * PATIENCE,
  tests: { mustExist },
});

// the full form (`pnpm test:full`) runs for hours
const PATIENCE = process.env['FULL'] === '1' ? 20 : 1;

/** In the order in which they find a mistake soonest. A step that goes beyond its limit is ended and has failed. */
export const STEPS: readonly Step[] = [
  { name: 'format', command: ['oxfmt', '--check'], limitMs: 2 * MINUTE_MS },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'], limitMs: 5 * MINUTE_MS },
  { name: 'types', command: ['tsc', '--noEmit'], limitMs: 5 * MINUTE_MS },
  project('structure', 2 * MINUTE_MS, true),
  project('unit', 15 * MINUTE_MS, true),
  // it only computes, and those after it mostly wait
  { ...project('simulation', 25 * MINUTE_MS, false), beside: true },
  project('integration', 20 * MINUTE_MS, false),
  project('calm-scenarios', 20 * MINUTE_MS, false),
  project('scenarios', 30 * MINUTE_MS, false),
];
