import { InputError } from '@batchmill/contracts';
import { StoreUnavailableError } from '../errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS']);
const BUSY = new Set(['EMFILE', 'ENFILE', 'EIO', 'ESTALE', 'ETIMEDOUT']);

export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** No such file, or a folder where a file should be. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '');

/** The file system's error as the store's: a full, locked or failing disk can be mended, then the same call works. */
export const asStoreError = (error: unknown, root: string): unknown => {
  const code = errorCode(error);
  if (code === undefined) return error;
  const options = { cause: error };
  if (FULL.has(code)) {
    return new StoreUnavailableError(
      `The disk that holds ${root} is full (${code}). Free some space or choose another folder; then go on.`,
      options,
    );
  }
  if (DENIED.has(code)) {
    return new StoreUnavailableError(
      `The folder ${root} cannot be written (${code}). Give this user write access to it or choose another folder.`,
      options,
    );
  }
  if (BUSY.has(code)) return new StoreUnavailableError(`The folder ${root} cannot be used now (${code}).`, options);
  return error;
};

/** The same at opening, where a folder that cannot be used is the user's mistake: another may be named. */
export const asOpeningError = (error: unknown, root: string): unknown => {
  const code = errorCode(error);
  if (code === undefined || FULL.has(code) || BUSY.has(code)) return asStoreError(error, root);
  const problem = {
    code: 'store-folder',
    message: `The folder of the object store cannot be used: ${root}`,
    found: error instanceof Error ? error.message : code,
    expected: 'a folder that can be made and written',
    remedy: 'Choose another folder, or give this user write access to it.',
  };
  return new InputError([problem], { cause: error });
};
