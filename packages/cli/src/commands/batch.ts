import type { CommandFamily } from '../command-context.ts';
import { batchCancelCommand } from './batch-cancel.ts';
import { batchCheckCommand } from './batch-check.ts';
import { batchDownloadCommand } from './batch-download.ts';
import { batchListCommand } from './batch-list.ts';
import { batchRunCommand } from './batch-run.ts';

/** Request files that somebody else has made: the same jobs as any other, but their results are the provider's lines. */
export const batchFamily: CommandFamily = {
  name: 'batch',
  describe: (command) =>
    command.description('send request files of your own, and fetch the answers: run, list, check, cancel, download'),
  commands: [batchRunCommand, batchListCommand, batchCheckCommand, batchCancelCommand, batchDownloadCommand],
};
