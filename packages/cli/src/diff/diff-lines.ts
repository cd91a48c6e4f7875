import { count, counted, dollars } from '../terminal/amounts.ts';
import { outcomeText } from '../job/status-lines.ts';
import { textTable } from '../terminal/text-table.ts';
import type { RowDiff } from './compare-row.ts';
import type { DiffSummary } from './diff-summary.ts';
import { shownChange } from './shown-change.ts';

/** One row for people: its key and what became of it, then a line for each field that differs. */
export const rowDiffLines = ({ key, change, outcome, reason, fields }: RowDiff, columns: number): string[] => {
  const names = Object.keys(fields);
  const width = Math.max(MIN_WIDTH, Math.floor((columns - Math.max(0, ...names.map(({ length }) => length)) - 10) / 2));
  return [
    `${key}${WHAT[change]}${outcomeWords(change, outcome)}${reasonWords(reason)}`,
    ...textTable(names.map((name) => [`  ${name}`, ...shownChange(fields[name] ?? {}, change, width)])),
  ];
};

const MIN_WIDTH = 20;

const WHAT: Record<RowDiff['change'], string> = {
  changed: '',
  unchanged: '  unchanged',
  'only-first': '  only in the first',
  'only-second': '  only in the second',
};

const outcomeWords = (change: RowDiff['change'], { old, new: now }: RowDiff['outcome']): string => {
  if (change === 'unchanged' || old === now) return '';
  return old === undefined || now === undefined ? `, ${old ?? now}` : `  ${old} → ${now}`;
};

const reasonWords = (reason: RowDiff['reason']): string => {
  const message = reason?.new ?? reason?.old;
  return message === undefined ? '' : `: ${message}`;
};

/** Both jobs with what they cost, and the counts. */
export const summaryLines = ({ jobs, rows, fields, outcomes }: DiffSummary): string[] => [
  ...textTable(
    jobs.map(({ id, name, state, outcomes: found, tokens, cost, simulated }, at) => [
      at === 0 ? 'first' : 'second',
      id,
      name,
      state,
      outcomeText(found),
      `${count(tokens.input)} tokens in, ${count(tokens.output)} out`,
      `${dollars(cost.paid)}${simulated ? ' with a real key' : ''}`,
    ]),
  ),
  `rows    ${counted(rows.changed + rows.unchanged, 'row')} in both: ${count(rows.changed)} changed, ${count(rows.unchanged)} unchanged; ${count(rows.onlyFirst)} only in the first, ${count(rows.onlySecond)} only in the second`,
  ...(rows.notFinal === 0 ? [] : [`        ${counted(rows.notFinal, 'row')} left out: a job is still at them`]),
  ...headed(
    'fields',
    fields.map(({ field, rows: changed }) => [field, counted(changed, 'row')]),
  ),
  ...headed(
    'outcomes',
    outcomes.map(({ old, new: now, rows: changed }) => [`${old} → ${now}`, counted(changed, 'row')]),
  ),
];

const headed = (heading: string, cells: string[][]): string[] =>
  cells.length === 0 ? [] : [heading, ...textTable(cells.map(([name = '', ...rest]) => [`  ${name}`, ...rest]))];
