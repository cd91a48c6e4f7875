import { basename } from 'node:path';
import { digestsOf } from '../pipeline-input/digests.ts';
import { inputFiles, locationOf } from '../pipeline-input/input-files.ts';
import { uploadInputs } from '../pipeline-input/upload-inputs.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { plainName } from './plain-name.ts';
import type { ResultRows } from './collect-results.ts';

export type DataOptions = { input?: string; key?: string; into?: string };

/** The rows of a data file, told apart by a field that the ids of the results repeat. */
export const rowsOfData = async ({ input = '', key, into }: DataOptions, cwd: string): Promise<ResultRows> => {
  if (key === undefined || into === undefined)
    throw new UsageError(
      '--input needs --key FIELD (whose values are the ids of the results) and --into FIELD (for the answers).',
    );
  const name = basename(input);
  const remedy = 'It is named in --input: give the path of a data file';
  const inputs = await inputFiles([{ name, location: locationOf(input, cwd), remedy }]);
  const digests = await digestsOf(inputs, []);
  const known = new Map(digests.map((digest) => [digest.path ?? '', digest.sha256]));
  return {
    name: plainName(name),
    file: name,
    key,
    into,
    format: formatLike(name),
    identity: digests.map(({ sha256 }) => sha256),
    inputs,
    upload: async (client) => (await uploadInputs(client, inputs, [], known)).input,
  };
};

/** The rows with their answers are written as their data came, where that is a format of outputs. */
const formatLike = (name: string): ResultRows['format'] => {
  const ending = /\.(csv|json|parquet)$/i.exec(name)?.[1]?.toLowerCase();
  return ending === 'csv' || ending === 'json' || ending === 'parquet' ? ending : 'jsonl';
};
