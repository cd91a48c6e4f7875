import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CompiledPipeline } from '@batchmill/contracts';
import type { InputFile } from '../pipeline-input/input-files.ts';
import { UsageError } from '../terminal/usage-error.ts';

/**
 * Makes sure that files can be written under `out`, before a job is paid for whose files could not. Makes nothing.
 * @throws UsageError
 */
export const mustTakeFiles = async (out: string): Promise<void> => {
  const nearest = await nearestThere(out);
  if (!nearest.isFolder)
    throw new UsageError(`${nearest.path} is a file: the outputs need a folder. --out DIR names another place.`);
  try {
    await access(nearest.path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new UsageError(
      `Nothing can be written to ${nearest.path} (${codeOf(cause)}). --out DIR names another place.`,
      {
        cause,
      },
    );
  }
};

/** Refuses outputs that would take the place of the data they are made from. @throws UsageError */
export const mustSpareInputs = (out: string, { outputs }: CompiledPipeline, inputs: readonly InputFile[]): void => {
  const paths = new Set(inputs.flatMap((input) => (input.kind === 'file' ? [input.path] : [])));
  const taken = outputs.find(({ file }) => file !== undefined && paths.has(resolve(out, file)));
  if (taken?.file === undefined) return;
  throw new UsageError(
    `The output ${taken.file} would overwrite the input ${resolve(out, taken.file)}. --out DIR names another place.`,
  );
};

const codeOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EROFS') return 'its disk is mounted for reading only';
  return code === 'EACCES' ? 'this user has no right to' : code;
};

/** The path itself, or what is there around it. */
const nearestThere = async (path: string): Promise<{ path: string; isFolder: boolean }> => {
  try {
    return { path, isFolder: (await stat(path)).isDirectory() };
  } catch {
    return dirname(path) === path ? { path, isFolder: true } : nearestThere(dirname(path));
  }
};
