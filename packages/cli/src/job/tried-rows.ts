import { totalRows } from '@batchmill/contracts';
import type { JobStatus, RowDetail } from '@batchmill/contracts';
import { count, counted, dollars, duration } from '../terminal/amounts.ts';
import { isPriceless, unknownCost } from './unknown-cost.ts';

const LONGEST_PROMPT = 240;
const LONGEST_ANSWER = 1200;

/** Rows that were tried, with prompt, answer, tokens and cost of every time they were asked. */
export const triedLines = (rows: readonly RowDetail[], { cost, simulated }: JobStatus): string[] =>
  rows.flatMap((row) => [
    `row ${row.key}  ${row.outcome}${row.reason === undefined ? '' : `: ${row.reason.message}`}`,
    ...row.attempts.flatMap((attempt) => attemptLines(attempt, simulated, isPriceless(cost))),
    '',
  ]);

export const triedSum = (status: JobStatus): string => {
  const { outcomes, cost, simulated, endedAt, createdAt, id } = status;
  const took = endedAt === null ? '' : ` in ${duration(endedAt - createdAt)}`;
  const price = isPriceless(cost)
    ? `paid: ${unknownCost(cost, simulated)}`
    : simulated
      ? `nothing paid (with a real key ${dollars(cost.paid)})`
      : `${dollars(cost.paid)} paid`;
  return `${count(outcomes.ok ?? 0)} of ${counted(totalRows(outcomes), 'row')} ok${took}, ${price}. Job ${id}`;
};

const attemptLines = (
  { step, attempt, outcome, prompt, answer, reason }: RowDetail['attempts'][number],
  simulated: boolean,
  hasNoPrice: boolean,
) => [
  `  ${step}${attempt === 1 ? '' : `, asked again (${attempt})`}${answerFacts(answer, simulated, hasNoPrice)}`,
  ...(prompt === undefined ? [] : [labelled('prompt', prompt, LONGEST_PROMPT)]),
  ...(answer?.text == null ? [labelled(outcome, reason?.message ?? 'no answer', LONGEST_ANSWER)] : []),
  ...(answer?.text == null ? [] : [labelled('answer', answer.text, LONGEST_ANSWER)]),
];

const answerFacts = (
  answer: RowDetail['attempts'][number]['answer'],
  simulated: boolean,
  hasNoPrice: boolean,
): string => {
  if (answer === undefined) return '';
  const tokens = `${count(answer.inputTokens)} tokens in, ${count(answer.outputTokens)} out`;
  if (hasNoPrice) return `  ${tokens}`;
  return `  ${tokens}, ${dollars(answer.cost)}${simulated ? ' with a real key' : ''}`;
};

/** A long text loses its middle: what a prompt asks stands at its end. */
const labelled = (label: string, text: string, longest: number): string => {
  const half = longest / 2;
  const short = text.length <= longest ? text : `${text.slice(0, half).trimEnd()} … ${text.slice(-half).trimStart()}`;
  return `    ${label.padEnd(8)} ${short.trim().replaceAll(/\s*\n\s*/g, '\n             ')}`;
};
