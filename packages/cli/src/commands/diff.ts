import { resolve } from 'node:path';
import { Option } from 'commander';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import type { CommandContext } from '../command-context.ts';
import type { RowDiff } from '../diff/compare-row.ts';
import { diffJobs } from '../diff/diff-jobs.ts';
import { rowDiffLines, summaryLines } from '../diff/diff-lines.ts';
import { openRowFile } from '../diff/row-file.ts';
import { findJob } from '../job/find-job.ts';
import { shortPath } from '../job/receipt.ts';
import { wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { count, counted } from '../terminal/amounts.ts';
import { EXIT } from '../terminal/exit-codes.ts';

const DEFAULT_LIMIT = 20;

type Options = { fields?: string[]; changed?: boolean; all?: boolean; limit?: number; out?: string };

export const diffCommand = defineCommand<Options>({
  name: 'diff',
  describe: (command) =>
    command
      .description(
        'put the rows of two jobs side by side: what changed, by field, and what each job cost (--json: a line per row, the summary last)',
      )
      .argument('<first>', 'the beginning of its id, or "last"')
      .argument('<second>', 'the same of the job to compare it with')
      .option('--fields <names>', 'only these fields, separated by commas; the outcome always counts', fieldNames)
      .option('--changed', 'only rows that differ, or that one job alone has (default)')
      .addOption(new Option('--all', 'unchanged rows too').conflicts('changed'))
      .option(
        '--limit <rows>',
        `show at most this many; 0 = all (default: ${DEFAULT_LIMIT}, with --json and --out all)`,
        wholeNumber,
      )
      .option('--out <file>', 'write the rows there, whole, as JSON lines'),
  run: (context, [wantedFirst, wantedSecond], options) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const jobs = [await findJob(client, wantedFirst), await findJob(client, wantedSecond)] as const;
      const { fields, all = false, limit } = options;
      await using told = await tellRows(context, options);
      const summary = await diffJobs(client, jobs, { all, ...(fields === undefined ? {} : { fields }) }, told.row);
      await told.finish();
      if (context.settings.json) context.io.out(`${JSON.stringify({ type: 'summary', ...summary })}\n`);
      context.printer.result(summaryLines(summary).join('\n'));
      if (told.more > 0)
        context.printer.note(
          `There are ${counted(told.more, 'more row')} than these ${count(limit ?? DEFAULT_LIMIT)}: --limit 0 shows all.`,
        );
      return EXIT.ok;
    }),
});

const fieldNames = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

type Told = AsyncDisposable & {
  row(row: RowDiff): Promise<void>;
  finish(): Promise<void>;
  /** Rows that were not told. */
  readonly more: number;
};

/** Each row to where it was asked for: a file, lines of JSON on standard output, or words. */
const tellRows = async (context: CommandContext, { out, limit }: Options): Promise<Told> => {
  const { io, settings, printer } = context;
  const most = limit ?? (settings.json || out !== undefined ? 0 : DEFAULT_LIMIT);
  const file = out === undefined ? undefined : await openRowFile(resolve(io.cwd, out));
  let rows = 0;
  return {
    async row(row) {
      rows += 1;
      if (most > 0 && rows > most) return;
      if (file !== undefined) await file.write(`${JSON.stringify(row)}\n`);
      else if (settings.json) io.out(`${JSON.stringify({ type: 'row', ...row })}\n`);
      else printer.result(rowDiffLines(row, io.columns()).join('\n'));
    },
    async finish() {
      if (file === undefined) return;
      await file.finish();
      printer.note(`${counted(most > 0 ? Math.min(rows, most) : rows, 'row')} in ${shortPath(io.cwd, file.path)}`);
    },
    get more() {
      return most === 0 ? 0 : Math.max(0, rows - most);
    },
    [Symbol.asyncDispose]: async () => file?.[Symbol.asyncDispose](),
  };
};
