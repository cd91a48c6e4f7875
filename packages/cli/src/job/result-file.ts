import { randomUUID } from 'node:crypto';
import { copyFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { CompiledPipeline } from '@batchmill/contracts';
import type { InputFile } from '../pipeline-input/input-files.ts';
import { UsageError } from '../terminal/usage-error.ts';

export type ResultOptions = { to?: string; inPlace?: boolean };

/** Where the data of a run are put beside its other files: over its input, or into a file of that name. */
export type ResultFile = { from: string; to: string };

type Run = { compiled: CompiledPipeline; inputs: readonly InputFile[]; cwd: string };

/**
 * What `--to` and `--in-place` ask for; undefined where neither is given.
 * @throws UsageError where the run has not one file of data, or not one input to take its place
 */
export const resultFile = ({ to, inPlace }: ResultOptions, run: Run): ResultFile | undefined => {
  if (to !== undefined && inPlace === true) throw new UsageError('--to and --in-place exclude each other.');
  if (to === undefined && inPlace !== true) return undefined;
  const option = inPlace === true ? '--in-place' : '--to';
  const [output, ...others] = run.compiled.outputs;
  const from = output?.file;
  if (from === undefined || others.length > 0 || output?.split !== undefined || /\{[{%]/.test(from))
    throw new UsageError(`${option} is for a pipeline that writes one file of data. With --step it does.`);
  if (to !== undefined) return { from, to: resolve(run.cwd, to) };
  if (run.compiled.outputs[0]?.rows !== 'all')
    throw new UsageError(
      '--in-place would lose the rows that are not ok: set "rows: all" in the output, or use --step.',
    );
  const [input, ...more] = run.inputs;
  if (input?.kind !== 'file' || more.length > 0)
    throw new UsageError('--in-place is for one input, a file on this machine. --to FILE names another place.');
  return { from, to: input.path };
};

/** Puts the finished file in its place in one go: whoever reads it meanwhile sees the old one or the new one. */
export const placeResult = async (out: string, { from, to }: ResultFile): Promise<string> => {
  // a link stays a link: what it leads to is replaced
  const target = await realpath(to).catch(() => to);
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.part`);
  try {
    await copyFile(resolve(out, from), draft);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
  return target;
};
