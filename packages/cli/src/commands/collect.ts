import { collectFolder } from '../by-hand/collect-folder.ts';
import { collectResults } from '../by-hand/collect-results.ts';
import { rowsOfData } from '../by-hand/rows-of-data.ts';
import { rowsOfIds } from '../by-hand/rows-of-ids.ts';
import { defineCommand } from '../command-context.ts';
import { UsageError } from '../terminal/usage-error.ts';

type Options = { input?: string; key?: string; into?: string; idPattern?: string; out?: string; new?: boolean };

/** Takes up results that somebody else has got: of prepared requests, or of requests that were made elsewhere. */
export const collectCommand = defineCommand<Options>({
  name: 'collect',
  describe: (command) =>
    command
      .description('take up results that were got by hand: DIR [FILES…] of `prepare`, or FILES… of other requests')
      .argument('[paths...]', 'the prepared folder, and files of results if they are not in it')
      .option('--out <dir>', 'where the files go (default: the prepared folder; else NAME-collected)')
      .option('--new', 'take them up anew, even where they were taken up before')
      .optionsGroup('Results of requests that Batchmill did not prepare:')
      .option('--input <data>', 'the rows that the results belong to')
      .option('--key <field>', 'the field (or template) of a row that is the custom_id of its result')
      .option('--into <field>', 'the field for the answer')
      .option('--id-pattern <pattern>', "without data: the parts of an id become fields: '{lang}_{template}_{time}'"),
  run: async (context, given, options) => {
    const paths = given.filter((path) => path !== undefined);
    const { input, idPattern, key, into } = options;
    if (input !== undefined && idPattern !== undefined)
      throw new UsageError('--input and --id-pattern exclude each other: the rows come from data, or from the ids.');
    if (input !== undefined) return collectResults(context, paths, options, () => rowsOfData(options, context.io.cwd));
    if (idPattern !== undefined && key !== undefined)
      throw new UsageError('--id-pattern takes no --key: the id of a result is the key of its row.');
    if (idPattern !== undefined) return collectResults(context, paths, options, (files) => rowsOfIds(options, files));
    if (key !== undefined || into !== undefined)
      throw new UsageError('--key and --into belong to --input DATA: which data do the results belong to?');
    if (paths.length === 0)
      throw new UsageError('Name the folder that `batchmill prepare` has written: batchmill collect DIR');
    return collectFolder(context, paths, options);
  },
});
