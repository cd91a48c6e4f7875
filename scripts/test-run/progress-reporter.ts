import { writeFile } from 'node:fs/promises';
import type { Reporter, TestCase, TestModule, TestProject, TestSuite, Vitest } from 'vitest/node';

export type TestCounts = { passed: number; failed: number; skipped: { file: string; name: string }[] };

/** Files that took this long get a line of their own, so that a long step is seen to go on. */
const LONG_FILE_MS = 5000;

/** Tells each failure when its file ends, and leaves the counts in the file BATCHMILL_TEST_COUNTS names. */
export default class ProgressReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestModuleEnd(testModule: TestModule): void {
    for (const { title, errors } of failuresOf(testModule)) {
      console.log(`\nFAILED ${title}`);
      for (const error of errors) this.#tell(error, testModule.project);
    }
    const durationMs = testModule.diagnostic().duration;
    if (durationMs >= LONG_FILE_MS) {
      const tests = [...testModule.children.allTests()].length;
      console.log(`  ${testModule.relativeModuleId} (${tests} tests) ${(durationMs / 1000).toFixed(1)} s`);
    }
  }

  async onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): Promise<void> {
    for (const error of unhandledErrors) {
      console.log('\nFAILED outside of any test');
      this.#tell(error);
    }
    const counts = countsOf(testModules);
    counts.failed += unhandledErrors.length;
    const file = process.env['BATCHMILL_TEST_COUNTS'];
    if (file !== undefined) await writeFile(file, JSON.stringify(counts));
  }

  #tell(error: unknown, project?: TestProject): void {
    console.log(this.#vitest?.logger.formatError(error, project === undefined ? {} : { project }).output ?? error);
  }
}

type Failure = { title: string; errors: readonly unknown[] };

/** Failed tests, and what failed around them: a file that cannot be loaded, a hook of a suite. */
const failuresOf = (testModule: TestModule): Failure[] => {
  const title = (inner?: TestCase | TestSuite) =>
    [testModule.relativeModuleId, ...(inner === undefined ? [] : [inner.fullName])].join(' > ');
  const around: Failure[] = [
    { title: title(), errors: testModule.errors() },
    ...[...testModule.children.allSuites()].map((suite) => ({ title: title(suite), errors: suite.errors() })),
  ].filter(({ errors }) => errors.length > 0);
  const failed = [...testModule.children.allTests('failed')];
  return [...around, ...failed.map((test) => ({ title: title(test), errors: test.result().errors ?? [] }))];
};

const countsOf = (testModules: readonly TestModule[]): TestCounts => {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: [] };
  for (const testModule of testModules) {
    counts.passed += [...testModule.children.allTests('passed')].length;
    counts.failed += failuresOf(testModule).length;
    for (const test of testModule.children.allTests('skipped'))
      counts.skipped.push({ file: testModule.relativeModuleId, name: test.fullName });
  }
  return counts;
};
