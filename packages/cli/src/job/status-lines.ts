import { formatProblem, OUTCOMES, stageName } from '@batchmill/contracts';
import type { JobStatus, OutcomeCounts, PictureCounts } from '@batchmill/contracts';
import type { Printer } from '../terminal/printer.ts';
import { count, counted, dollars, fileSize } from '../terminal/amounts.ts';
import { textTable } from '../terminal/text-table.ts';
import { stepProgress } from './step-progress.ts';
import { isPriceless, unknownCost } from './unknown-cost.ts';

/** A job's status for people: state, steps, outcomes, tokens, cost. */
export const statusLines = (status: JobStatus, colours: Printer['colours']): string[] => [
  `${colours.bold(status.name)}  ${status.state}  job ${status.id}${status.run > 1 ? `, run ${status.run}` : ''}`,
  ...(status.reason === undefined ? [] : [`  ${status.reason}`]),
  ...(status.problems ?? []).map((problem) => `  ${formatProblem(problem)}`),
  ...textTable([
    ...(status.rows === null ? [['  input', 'is being read']] : [inputCells(status.rows), ...stepCells(status)]),
    ['  tokens', `${count(status.tokens.input)} in, ${count(status.tokens.output)} out`],
    ['  cost', costText(status)],
  ]),
];

const inputCells = ({ entered, rejectedAtSource }: NonNullable<JobStatus['rows']>): string[] => [
  '  input',
  `${counted(entered, 'row')}${rejectedAtSource > 0 ? `, ${count(rejectedAtSource)} more could not be used` : ''}`,
];

const stepCells = (status: JobStatus): string[][] => {
  const progress = stepProgress(status);
  return status.steps.map((step, index) => {
    const { outcomes, batchesOpen, batchesEnded, pictures } = step;
    const { done = 0, total = 0 } = progress[index] ?? {};
    const batches = batchesOpen + batchesEnded;
    const parts = [
      `${count(done)}/${count(total)} rows`,
      outcomeText(outcomes),
      batches > 0 ? `${batchesEnded} of ${counted(batches, 'batch')} ended` : '',
      pictures === undefined ? '' : picturesText(pictures),
    ];
    return [`  ${stageName(step)}`, parts.filter((part) => part !== '').join(', ')];
  });
};

/** `40 pictures in 3.2 MB (12 MB saved)` */
const picturesText = ({ inlined, originalBytes, sentBytes }: PictureCounts): string => {
  const saved = originalBytes - sentBytes;
  return `${counted(inlined, 'picture')} in ${fileSize(sentBytes)}${saved > 0 ? ` (${fileSize(saved)} saved)` : ''}`;
};

/** `412 ok, 2 refused` */
export const outcomeText = (outcomes: OutcomeCounts): string =>
  OUTCOMES.filter((outcome) => outcomes[outcome] !== undefined)
    .map((outcome) => `${count(outcomes[outcome] ?? 0)} ${outcome}`)
    .join(', ');

const costText = ({ cost, simulated }: JobStatus): string =>
  simulated
    ? 'nothing: the answers come from the simulator'
    : isPriceless(cost)
      ? unknownCost(cost, simulated)
      : `${dollars(cost.paid)} paid, ${dollars(cost.estimated)} estimated, in realtime ${dollars(cost.realtime)}`;
