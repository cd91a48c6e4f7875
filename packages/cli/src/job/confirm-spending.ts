import type { CompiledPipeline, Generate } from '@batchmill/contracts';
import type { CommandContext } from '../command-context.ts';
import { counted, dollars } from '../terminal/amounts.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { Estimate } from './estimate-cost.ts';

export type SpendingOptions = { yes?: boolean | undefined; maxCost?: number | undefined };

export type Mode = NonNullable<Generate['mode']>;

/** Answers come within this time at batch prices. */
const WINDOW = '24 h';

/**
 * Lets nobody spend by accident: asks on a terminal; elsewhere `--yes` or `--max-cost` must have been given.
 * @returns false where the answer is no
 */
export const confirmSpending = async (
  context: CommandContext,
  pipeline: CompiledPipeline,
  estimate: () => Promise<Estimate>,
  options: SpendingOptions,
): Promise<boolean> => {
  const isAgreed = mustBeAgreed(context, options);
  const expected = await estimate();
  const sentence = spendingSentence(expected, modesOf(pipeline), options.maxCost ?? pipeline.maxCost);
  if (isAgreed) {
    context.printer.note(sentence);
    return true;
  }
  return (await context.io.confirm(`${sentence} Go on?`)) === true;
};

/** Whether it was agreed to beforehand. @throws UsageError where it was not, and nobody can be asked */
export const mustBeAgreed = (context: CommandContext, options: SpendingOptions): boolean => {
  const isAgreed = options.yes === true || options.maxCost !== undefined;
  if (!isAgreed && !context.io.canAsk) throw new UsageError(NOT_AGREED);
  return isAgreed;
};

const NOT_AGREED = [
  'This run costs money, and nobody is here to be asked. Say so beforehand:',
  '  --max-cost USD          go on, but submit nothing beyond this much',
  '  --yes                   go on at whatever it costs (`batchmill preview` estimates it)',
  '  --provider simulator    try it out for nothing, with made-up answers',
].join('\n');

/** How the steps that generate ask, in order. */
export const modesOf = ({ stages }: CompiledPipeline): Mode[] =>
  stages.flatMap((stage) => (stage.kind === 'generate' ? [stage.generate.mode ?? 'batch'] : []));

export const spendingSentence = (
  { rows, cost, isFirstStepOnly }: Estimate,
  modes: readonly Mode[],
  maxCost: number | undefined,
): string => {
  const isLive = modes[0] === 'live';
  const expected = isLive ? cost?.realtime : cost?.batch;
  const price =
    cost === null
      ? 'at a price that is not known for this model'
      : `for about ${isLive ? `${dollars(cost.realtime)} at realtime prices` : `${dollars(cost.batch)} (in realtime ${dollars(cost.realtime)})`}`;
  const answered = modes.includes('batch') || !isLive ? `answered within ${WINDOW}` : 'asked live, one by one';
  const scope = isFirstStepOnly ? ' for the first step; the steps after it come on top' : '';
  const what =
    rows === null
      ? 'The rows and their price are not known before the server has fetched the input'
      : `${counted(rows, 'row')} ${price}${scope}, ${answered}`;
  const limit = maxCost === undefined ? '' : ` At most ${dollars(maxCost)} is submitted.`;
  const over =
    maxCost !== undefined && expected !== undefined && expected > maxCost
      ? ' That is less than the estimate: the job will stop there.'
      : '';
  return `${what}.${limit}${over}`;
};
