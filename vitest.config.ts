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

/** Half of what a test of these does is wait: on two cores two of them take little longer than one. */
const TWO_AT_A_TIME = { maxWorkers: 2 };

/** Scenarios that wait for the end of runs or of steps: nothing in them is timed or must be caught at a moment of the clock. */
const CALM = [
  'accepted-is-durable',
  'ambiguous-answers',
  'batch-ends',
  'bucket-input',
  'by-hand',
  'checked-images',
  'delivered-twice',
  'dialogue-defects',
  'dialogues-recipe',
  'faulty-provider',
  'from-the-scripts',
  'given-up-shard',
  'imported-config',
  'm4-defects',
  'm4-recipe',
  'normalized-series',
  'pictures',
  'poison-row',
  'questions-and-answers',
  'raw-and-diff',
  'recut',
  'reuse-answers',
  'rogue-batch',
  'rounds',
  'sdk-run',
  'services-as-processes',
  'told-story',
  'unfenceable-provider',
].map((name) => `test/scenarios/${name}.test.ts`);

const SCENARIO = { testTimeout: 300_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      project(
        'unit',
        ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts', 'recipes/*/*.test.ts'],
        TWO_AT_A_TIME,
      ),
      project('structure', ['test/structure/**/*.test.ts']),
      project('simulation', ['test/simulation/**/*.test.ts'], { fileParallelism: false }),
      project('integration', ['test/integration/**/*.test.ts'], {
        testTimeout: 120_000,
        hookTimeout: 120_000,
        ...TWO_AT_A_TIME,
      }),
      project('scenarios', ['test/scenarios/**/*.test.ts'], { ...SCENARIO, exclude: CALM, fileParallelism: false }),
      project('calm-scenarios', CALM, { ...SCENARIO, ...TWO_AT_A_TIME }),
    ],
  },
});
