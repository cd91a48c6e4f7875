import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestCounts } from './progress-reporter.ts';
import type { Step } from './steps.ts';

export type StepResult = TestCounts;

const ROOT = join(import.meta.dirname, '../..');

/** Tests start the same programs hundreds of times: Node keeps what it compiled, as it does for the command `batchmill`. */
const NODE_COMPILE_CACHE = join(ROOT, 'node_modules/.cache/compiled');

/** Runs one step and counts its tests. A check without tests of its own counts as one, and is heard only if it fails. */
export const runStep = (step: Step): Promise<StepResult> =>
  step.tests === undefined ? runCheck(step) : runTests(step, step.tests.mustExist);

const runCheck = async (step: Step): Promise<StepResult> => {
  const child = start(step, 'pipe');
  const [ended, output, complaints] = await Promise.all([end(child, step), text(child.stdout!), text(child.stderr!)]);
  if (ended.ok) return { passed: 1, failed: 0, skipped: [] };
  console.log([output, complaints, ended.why].filter((part) => part.trim() !== '').join('\n'));
  return { passed: 0, failed: 1, skipped: [] };
};

const runTests = async (step: Step, mustExist: boolean): Promise<StepResult> => {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-test-'));
  try {
    const countsFile = join(folder, 'counts.json');
    const ended = await end(start(step, 'inherit', { BATCHMILL_TEST_COUNTS: countsFile }), step);
    const counts = await readCounts(countsFile);
    const found = counts.passed + counts.failed + counts.skipped.length;
    if (found === 0 && mustExist) return failedOnce(counts, `There are no tests in ${step.name}: it must have some.`);
    return ended.ok || counts.failed > 0 ? counts : failedOnce(counts, ended.why);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const start = (
  { command: [tool, ...words], beside }: Step,
  output: 'pipe' | 'inherit',
  variables: NodeJS.ProcessEnv = {},
): ChildProcess => {
  const child = spawn(join(ROOT, 'node_modules/.bin', tool), words, {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE, ...process.env, ...variables },
    stdio: ['ignore', output, output],
  });
  if (beside === true && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  return child;
};

const end = async (child: ChildProcess, { name, limitMs }: Step): Promise<{ ok: boolean; why: string }> => {
  const timer = setTimeout(() => child.kill(), limitMs);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal !== null)
      return { ok: false, why: `${name} was ended by ${signal} (its limit is ${limitMs / 1000} s).` };
    return { ok: code === 0, why: `${name} ended with code ${code}.` };
  } catch (error) {
    return { ok: false, why: `${name} could not be started: ${String(error)}. Run "npm test", which installs it.` };
  } finally {
    clearTimeout(timer);
  }
};

const readCounts = async (file: string): Promise<TestCounts> => {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as TestCounts;
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
};

const failedOnce = (counts: TestCounts, why: string): StepResult => {
  console.log(why);
  return { ...counts, failed: counts.failed + 1 };
};
