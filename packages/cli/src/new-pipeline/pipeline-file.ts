import { writeFile } from 'node:fs/promises';
import { UsageError } from '../terminal/usage-error.ts';

/**
 * Writes a new pipeline file; one that is there is left alone.
 * @param force whether it is overwritten; absent where the command has no --force
 * @throws UsageError
 */
export const writePipelineFile = async (target: string, text: string, force?: boolean): Promise<void> => {
  try {
    await writeFile(target, text, { flag: force === true ? 'w' : 'wx' });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    const others = `--out FILE writes another${force === undefined ? '' : ', --force writes over it'}.`;
    throw new UsageError(`${target} is there already and is not overwritten. ${others}`, { cause });
  }
};

/** As the pipeline's own rule for names wants it. */
export const pipelineName = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100) || 'pipeline';

/** A path as it stands in a pipeline file, on every system. */
export const forwardSlashes = (path: string): string => path.replaceAll('\\', '/');
