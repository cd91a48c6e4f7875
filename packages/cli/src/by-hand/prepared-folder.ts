import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compiledPipelineSchema, dataFileSchema, InputError, stageNumberSchema } from '@batchmill/contracts';
import { z } from 'zod';
import { UsageError } from '../terminal/usage-error.ts';

const fileSchema = z.object({ file: z.string(), rows: z.int(), bytes: z.int(), sha256: z.string() });
export type PreparedFile = z.infer<typeof fileSchema>;

/** `prepared.json`: with the files it names all that is needed to take up the answers, on any machine. */
export const preparedSchema = z.object({
  v: z.literal(1),
  /** The program that wrote it. */
  version: z.string(),
  name: z.string(),
  /** The step whose requests these are, and its number in the compiled pipeline. */
  step: z.string(),
  stage: stageNumberSchema,
  /** The pipeline as it was written, with what the command line changed in it. */
  pipeline: z.object({
    text: z.string(),
    file: z.string(),
    variables: z.record(z.string(), z.json()),
    set: z.record(z.string(), z.json()),
    files: z.record(z.string(), z.json()),
  }),
  compiled: compiledPipelineSchema,
  /** The files of data on this machine that the rows come from. */
  inputs: z.array(dataFileSchema),
  /** The rows as they enter the step, and those that ended before it. */
  rows: fileSchema,
  requests: z.array(fileSchema),
  /** Files that need no answer. */
  outputs: z.array(fileSchema),
});
export type Prepared = z.infer<typeof preparedSchema>;

export const PREPARED = 'prepared.json';
export const ROWS = 'rows.jsonl';

/** null where there is none. @throws InputError where it is none of ours */
export const findPrepared = async (folder: string): Promise<Prepared | null> => {
  const path = join(folder, PREPARED);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
  try {
    return preparedSchema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = {
      code: 'bad-prepared',
      message: 'this is no file that `batchmill prepare` of this version wrote',
      place: { file: path },
      remedy: 'Take the folder as it was written, or prepare the requests anew',
    };
    throw new InputError([problem], { cause });
  }
};

export const readPrepared = async (folder: string, shown: string): Promise<Prepared> => {
  const prepared = await findPrepared(folder);
  if (prepared !== null) return prepared;
  throw new UsageError(
    [
      `There is no ${PREPARED} in ${shown}: \`batchmill prepare PIPELINE --out ${shown}\` writes one, with the requests.`,
      'Results that Batchmill did not prepare: --input DATA --key FIELD --into FIELD, or --id-pattern PATTERN.',
    ].join('\n'),
  );
};
