import type { Problem } from '@batchmill/contracts';

/** A file that cannot be read, in words. */
export const unreadable = (file: string, cause: unknown, remedy: string): Problem => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return {
    code: 'unreadable-file',
    message: REASONS[code] ?? `cannot be read (${code})`,
    place: { file },
    remedy,
  };
};

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a folder, not a file',
  EACCES: 'you may not read this file',
  ENOTDIR: 'part of this path is a file, not a folder',
};
