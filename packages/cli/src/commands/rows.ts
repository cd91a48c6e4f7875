import { OUTCOMES } from '@batchmill/contracts';
import { Option } from 'commander';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { textTable } from '../terminal/text-table.ts';

const DEFAULT_LIMIT = 100;

type Options = { outcome?: string; step?: string; key?: string; limit?: number };

export const rowsCommand = defineCommand<Options>({
  name: 'rows',
  describe: (command) =>
    command
      .description('list rows with their outcomes and reasons')
      .argument('[job]', 'default: the newest')
      .addOption(new Option('--outcome <outcome>', 'only rows with this outcome').choices([...OUTCOMES, 'open']))
      .option('--step <id>', 'only rows whose way ended in this step')
      .option('--key <key>', 'only the row with this key')
      .option('--limit <rows>', `at most this many; 0 = all (default: ${DEFAULT_LIMIT})`, wholeNumber),
  run: (context, [wanted], { limit = DEFAULT_LIMIT, ...filter }) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const { id } = await findJob(client, wanted);
      const rows = [];
      let isCut = false;
      for await (const row of client.allRows(id, only(filter))) {
        isCut = limit > 0 && rows.length === limit;
        if (isCut) break;
        rows.push(row);
      }
      const cells = rows.map(({ key, outcome, step, reason }) => [key, outcome, step ?? '', reason?.message ?? '']);
      const lines = textTable([['KEY', 'OUTCOME', 'STEP', 'REASON'], ...cells]);
      context.printer.result(rows.length === 0 ? 'No such rows.' : lines.join('\n'));
      if (isCut) context.printer.note(`There are more rows than these ${limit}: --limit 0 shows all.`);
      context.printer.json({ job: id, rows, isCut });
      return EXIT.ok;
    }),
});

const only = ({ outcome, step, key }: Options) => ({
  ...(outcome === undefined ? {} : { outcome }),
  ...(step === undefined ? {} : { step }),
  ...(key === undefined ? {} : { key }),
});
