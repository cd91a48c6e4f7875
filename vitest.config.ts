import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: object = {}) => ({
  test: {
    name,
    include,
    environment: 'node',
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    ...extra,
  },
});

/** Scenarios that only wait for the end of runs: nothing in them is measured, killed or caught in the middle, so that they run two at a time. */
const CALM = [
  'batch-ends',
  'bucket-input',
  'by-hand',
  'checked-images',
  'dialogues-recipe',
  'faulty-provider',
  'from-the-scripts',
  'imported-config',
  'm4-defects',
  'm4-recipe',
  'normalized-series',
  'pictures',
  'questions-and-answers',
  'reuse-answers',
  'rounds',
  'sdk-run',
].map((name) => `test/scenarios/${name}.test.ts`);

const SCENARIO = { testTimeout: 300_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'recipes/*/*.test.ts']),
      project('structure', ['test/structure/**/*.test.ts']),
      project('simulation', ['test/simulation/**/*.test.ts'], { fileParallelism: false }),
      project('integration', ['test/integration/**/*.test.ts'], { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('scenarios', ['test/scenarios/**/*.test.ts'], { ...SCENARIO, exclude: CALM, fileParallelism: false }),
      project('calm-scenarios', CALM, { ...SCENARIO, maxWorkers: 2 }),
    ],
  },
});
