import { parseArgs } from 'node:util';
import { leaveMissingFor } from './test-run/skips-allowed-in-ci.ts';
import { runStep } from './test-run/run-step.ts';
import type { StepResult } from './test-run/run-step.ts';
import { STEPS } from './test-run/steps.ts';
import type { Step } from './test-run/steps.ts';

/*
 * `npm test`: every check of the repository in order, one line each. The last line is `N passed, N failed`.
 * `--only format,lint,...` runs some of them. Where CI is set, a test may be skipped only if it is listed with a reason.
 */

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = STEPS.map(({ name }) => name);
const wanted = values.only?.split(',').map((name) => name.trim()) ?? names;
const unknown = wanted.filter((name) => !names.includes(name));

const NAME_WIDTH = Math.max(...names.map(({ length }) => length)) + 2;
const inCi = Boolean(process.env['CI']);
const total = { passed: 0, failed: 0, skipped: 0 };

const counted = ({ passed, failed, skipped }: StepResult): string =>
  [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ].join(', ');

const runAndTell = async (step: Step): Promise<void> => {
  const startedMs = Date.now();
  const result = await runStep(step);
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  console.log(`${step.name.padEnd(NAME_WIDTH)}${counted(result)} in ${seconds} s`);
  const refused = inCi ? result.skipped.filter(leaveMissingFor) : [];
  for (const { file, name } of refused) console.log(`  skipped, but not allowed to be in CI: ${file} > ${name}`);
  total.passed += result.passed;
  total.failed += result.failed + refused.length;
  total.skipped += result.skipped.length - refused.length;
};

if (unknown.length > 0) {
  console.error(`There is no step "${unknown.join('", "')}". The steps are: ${names.join(', ')}.`);
  total.failed += 1;
} else {
  const beside: Promise<void>[] = [];
  for (const step of STEPS.filter(({ name }) => wanted.includes(name))) {
    const told = runAndTell(step);
    if (step.beside === true) beside.push(told);
    else await told;
  }
  await Promise.all(beside);
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
