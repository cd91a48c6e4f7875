import { dirname, relative, resolve } from 'node:path';
import { withApi } from '../api/open-api.ts';
import { agreeToFiles } from '../batch/agree-to-files.ts';
import { finishFiles } from '../batch/finish-files.ts';
import { readRequestFiles } from '../batch/request-file.ts';
import { requestPipeline } from '../batch/request-pipeline.ts';
import { mustSpareFiles, withoutResults } from '../batch/result-files.ts';
import { startFile } from '../batch/start-file.ts';
import type { StartedFile } from '../batch/start-file.ts';
import { defineCommand } from '../command-context.ts';
import type { SpendingOptions } from '../job/confirm-spending.ts';
import { mustTakeFiles } from '../job/out-folder.ts';
import { prepareLoaded } from '../job/prepare-run.ts';
import type { PreparedRun } from '../job/prepare-run.ts';
import { shortPath } from '../job/receipt.ts';
import { amount } from '../pipeline-input/pipeline-options.ts';
import { EXIT } from '../terminal/exit-codes.ts';

type Options = SpendingOptions & { provider?: string; out?: string; new?: boolean };

/** A job for each file. The same file is the same job: it goes on where it stopped, and is never paid twice. */
export const batchRunCommand = defineCommand<Options>({
  name: 'run',
  describe: (command) =>
    command
      .description('send request files as they stand, and write the answers beside them')
      .argument('<files...>', 'JSONL with a request on each line: {custom_id, method, url, body}')
      .option('--provider <name>', 'who answers: openai (the default), or simulator to try it for nothing')
      .option('--out <dir>', 'where the answers go (default: beside each file)')
      .option('--new', 'send them once more, even where they are known')
      .option('--yes', 'spend without asking')
      .option('--max-cost <usd>', 'submit nothing beyond this many US dollars, over all files', amount),
  run: async (context, given, options) => {
    const { cwd } = context.io;
    const outOf = (path: string): string => (options.out === undefined ? dirname(path) : resolve(cwd, options.out));
    const wanted = [...new Set(given.map((path = '') => resolve(cwd, path)))];
    const { requests, results } = withoutResults(wanted.map((path) => ({ path, out: outOf(path) })));
    if (results.length > 0) context.printer.note(`Left out, being results: ${listed(results, cwd)}`);
    const files = await readRequestFiles(
      requests.map((path) => relative(cwd, path)),
      cwd,
    );
    mustSpareFiles(files.map(({ path }) => ({ path, out: outOf(path) })));
    for (const out of new Set(files.map(({ path }) => outOf(path)))) await mustTakeFiles(out);
    const runs: PreparedRun[] = [];
    for (const file of files) runs.push(await prepareLoaded(context, requestPipeline(file, options.provider), options));

    return withApi(context, { simulator: runs.some(({ use }) => use.simulator) }, async (api) => {
      const agreed = await agreeToFiles(context, api, runs, options);
      if (agreed === null) {
        context.printer.warning('Nothing was started.');
        return EXIT.failed;
      }
      const started: StartedFile[] = [];
      for (const [index, run] of agreed.entries())
        started.push(await startFile(context, api, run, outOf(files[index]?.path ?? '')));
      return finishFiles(context, api, started, options);
    });
  },
});

const listed = (paths: readonly string[], cwd: string): string => paths.map((path) => shortPath(cwd, path)).join(', ');
