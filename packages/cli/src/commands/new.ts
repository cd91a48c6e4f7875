import { stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import { describeSource, diskFile } from '@batchmill/dataset';
import { readPipeline } from '@batchmill/pipeline';
import { defineCommand } from '../command-context.ts';
import { shortPath } from '../job/receipt.ts';
import { forwardSlashes, pipelineName, writePipelineFile } from '../new-pipeline/pipeline-file.ts';
import { pipelineText } from '../new-pipeline/pipeline-text.ts';
import { unreadable } from '../pipeline-input/unreadable.ts';
import { count } from '../terminal/amounts.ts';
import { EXIT } from '../terminal/exit-codes.ts';

export const newCommand = defineCommand<{ out?: string }>({
  name: 'new',
  usesApi: false,
  describe: (command) =>
    command
      .description('write a pipeline file to begin with, made for your data')
      .argument('<data>', 'a CSV, JSON, JSONL, Parquet or M4 file')
      .option('--out <file>', 'the pipeline file (default: <name of the data>.pipeline.yaml)'),
  run: async (context, [data = ''], options) => {
    const path = resolve(context.io.cwd, data);
    const name = basename(path).replace(/\.[^.]*$/, '');
    const target = resolve(context.io.cwd, options.out ?? `${name}.pipeline.yaml`);
    const description = await describeSource(diskFile({ name: data, path, bytes: await sizeOf(path, data) }));
    const text = pipelineText({
      name: pipelineName(name),
      path: forwardSlashes(relative(dirname(target), path)),
      description,
    });
    readPipeline({ source: text, file: basename(target) });
    await writePipelineFile(target, text);

    const shown = shortPath(context.io.cwd, target);
    const { format, rowsEstimate, fields, keyCandidates } = description;
    context.printer.result(
      [
        `${data}: ${format}, about ${count(rowsEstimate)} rows with ${fields.map(({ name: field }) => field).join(', ')}`,
        `Wrote ${shown}. Say in it what you want to know, then:`,
        `  batchmill preview ${shown}`,
        `  batchmill run ${shown} --provider simulator     for nothing, with made-up answers`,
        `  batchmill run ${shown}`,
      ].join('\n'),
    );
    context.printer.json({ file: target, format, rowsEstimate, fields, keyCandidates });
    return EXIT.ok;
  },
});

const sizeOf = async (path: string, shown: string): Promise<number> => {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return found.size;
  } catch (cause) {
    throw new InputError([unreadable(shown, cause, 'Give the path of a file with data')], { cause });
  }
};
