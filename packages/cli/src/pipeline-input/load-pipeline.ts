import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, Json, Problem } from '@batchmill/contracts';
import { fileReferences, readPipeline } from '@batchmill/pipeline';
import { inputFiles } from './input-files.ts';
import type { InputFile } from './input-files.ts';
import { unreadable } from './unreadable.ts';
import { generalOverrides, stepOverrides } from './overrides.ts';
import type { Overrides } from './overrides.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { rowIds } from './row-ids.ts';
import { inputNames, wantedFiles } from './wanted-files.ts';

/** A pipeline file as it goes to the API, and as it will run. */
export type LoadedPipeline = Overrides & {
  text: string;
  /** As the user wrote it; for messages. */
  file: string;
  /** Where paths in the pipeline start. */
  folder: string;
  files: Record<string, Json>;
  compiled: CompiledPipeline;
  inputs: InputFile[];
};

/**
 * Reads and checks the pipeline, the files it names with `$file`, and that its inputs are there.
 * @throws InputError with every mistake at once
 */
export const loadPipeline = async (file: string, cwd: string, options: PipelineOptions): Promise<LoadedPipeline> => {
  const path = resolve(cwd, file);
  const folder = dirname(path);
  const text = await readText(path, file);
  const files = await readReferences(text, folder);

  const { input, ids, ...others } = options;
  const general = generalOverrides({
    ...others,
    ...(ids === undefined ? {} : { ids: await rowIds(ids, cwd) }),
    ...(input === undefined ? {} : { input: inputNames(input) }),
  });
  const read = (set: Record<string, Json>): CompiledPipeline =>
    readPipeline({ source: text, file, variables: general.variables, set, files });
  const set = { ...stepOverrides(options, read(general.set)), ...general.set };
  const compiled = read(set);

  const inputs = await inputFiles(wantedFiles(compiled.source, { input, cwd, folder, file }));
  return { text, file, folder, variables: general.variables, set, files, compiled, inputs };
};

const readText = async (path: string, shown: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new InputError(
      [unreadable(shown, cause, 'Give the path of a pipeline file, such as recipes/m4-captions/pipeline.yaml')],
      { cause },
    );
  }
};

const badJson = (name: string, { message }: SyntaxError): Problem => {
  const [where, line, column] = / \(line (\d+) column (\d+)\)$/.exec(message) ?? [];
  const place = where === undefined ? { file: name } : { file: name, line: Number(line), column: Number(column) };
  const reason = message.replace(where ?? '', '').replace(/ in JSON at position \d+$/, '');
  return { code: 'bad-json', message: `the file is no JSON: ${reason}`, place };
};

const readReferences = async (text: string, folder: string): Promise<Record<string, Json>> => {
  const files: Record<string, Json> = {};
  const problems: Problem[] = [];
  for (const name of fileReferences(text)) {
    try {
      files[name] = JSON.parse(await readFile(resolve(folder, name), 'utf8')) as Json;
    } catch (cause) {
      problems.push(
        cause instanceof SyntaxError
          ? badJson(name, cause)
          : unreadable(name, cause, 'A $file is looked for from the folder of the pipeline file'),
      );
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return files;
};
