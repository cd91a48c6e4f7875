import { access, readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { formatProblem, InputError } from '@batchmill/contracts';
import { InvalidArgumentError } from 'commander';
import { defineCommand } from '../command-context.ts';
import { importConfig } from '../import-config/import-config.ts';
import type { ImportedConfig } from '../import-config/import-config.ts';
import { shortPath } from '../job/receipt.ts';
import { forwardSlashes, pipelineName, writePipelineFile } from '../new-pipeline/pipeline-file.ts';
import { wholeNumber } from '../pipeline-input/pipeline-options.ts';
import { unreadable } from '../pipeline-input/unreadable.ts';
import { counted } from '../terminal/amounts.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

type Options = { input: string; out?: string; dataKey: string; steps?: string; rounds: number; force?: boolean };

/** Makes a pipeline of a configuration of the scripts for image captions and dialogues. */
export const importConfigCommand = defineCommand<Options>({
  name: 'import-config',
  usesApi: false,
  describe: (command) =>
    command
      .description('turn a configuration of the old caption and dialogue scripts into a pipeline file')
      .argument('<config>', 'the old file (YAML), with a model and a map for each step')
      .option('--input <file>', 'the JSON file with the rows', 'images.json')
      .option('--out <file>', 'the pipeline file (default: <name of the configuration>.pipeline.yaml)')
      .option('--data-key <field>', 'the field that tells rows apart', 'image_path')
      .option('--steps <names>', 'only these steps, in this order: clean_pii,caption_images')
      .option('--rounds <number>', 'questions and answers in each dialogue', roundNumber, 1)
      .option('--force', 'overwrite the pipeline file'),
  run: async (context, [file = ''], options) => {
    const { cwd } = context.io;
    const path = resolve(cwd, file);
    const name = pipelineName(basename(path).replace(/\.[^.]*$/, ''));
    const target = resolve(cwd, options.out ?? `${name}.pipeline.yaml`);
    if (target === path)
      throw new UsageError('The pipeline file cannot take the place of the configuration. --out FILE names another.');
    const imported = importConfig({
      text: await readText(path, file),
      file: basename(file),
      name,
      input: forwardSlashes(relative(dirname(target), resolve(cwd, options.input))),
      dataKey: options.dataKey,
      steps: options.steps
        ?.split(',')
        .map((step) => step.trim())
        .filter(Boolean),
      rounds: options.rounds,
    });
    await writePipelineFile(target, imported.text, options.force === true);
    context.printer.result(toldImport(imported, { file, target: shortPath(cwd, target) }).join('\n'));
    if (!(await isThere(resolve(cwd, options.input))))
      context.printer.note(
        `There is no ${options.input} yet, from which the rows are read: --input FILE names another.`,
      );
    const { text: _text, ...told } = imported;
    context.printer.json({ file: target, ...told });
    return EXIT.ok;
  },
});

const roundNumber = (text: string): number => {
  const rounds = wholeNumber(text);
  if (rounds === 0) throw new InvalidArgumentError('Expected a whole number from 1.');
  return rounds;
};

const readText = async (path: string, shown: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new InputError([unreadable(shown, cause, 'Give the path of a configuration, such as config.yaml')], {
      cause,
    });
  }
};

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const toldImport = (
  { model, steps, changes }: ImportedConfig,
  { file, target }: { file: string; target: string },
): string[] => [
  `${file}: ${counted(steps.length, 'step')} (${steps.map(({ id }) => id).join(', ')}), model ${model}`,
  `Wrote ${target}. What is not as it was:`,
  ...changes.map((change) => `  ${formatProblem(change)}`),
  'Set OPENAI_API_KEY, then:',
  `  batchmill preview ${target}`,
  `  batchmill run ${target} --provider simulator     for nothing, with made-up answers`,
  `  batchmill run ${target}`,
];
