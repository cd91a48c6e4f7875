import type { RowDetail } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { textTable } from '../terminal/text-table.ts';

export const rowCommand = defineCommand<object>({
  name: 'row',
  describe: (command) =>
    command
      .description('show one row with its fields and every attempt')
      .argument('<job>', 'the beginning of its id, or "last"')
      .argument('<key>', "the row's key"),
  run: (context, [wanted, key = '']) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const { id } = await findJob(client, wanted);
      const row = await client.row(id, key);
      context.printer.result(rowLines(row).join('\n'));
      context.printer.json(row);
      return EXIT.ok;
    }),
});

const rowLines = (row: RowDetail): string[] => [
  `${row.key}  ${row.outcome}${row.step === null ? '' : ` in ${row.step}`}${row.reason === undefined ? '' : `: ${row.reason.message}`}`,
  ...textTable(Object.entries(row.fields).map(([name, value]) => [`  ${name}`, shown(value)])),
  ...(row.attempts.length === 0 ? ['  never asked'] : ['  attempts']),
  ...textTable(
    row.attempts.map(({ run, step, attempt, outcome, batchId, given, customId, reason }) => [
      `    ${step}`,
      `run ${run}, attempt ${attempt}`,
      outcome,
      batchId ?? (given === true ? 'known before' : 'no batch'),
      customId,
      reason?.message ?? '',
    ]),
  ),
];

const LONGEST_VALUE = 2000;

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}… (--json shows all)`;
};
