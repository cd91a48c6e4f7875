/** What the system says about a file or disk, in words; undefined for any other error. */
export const fileError = (error: unknown): string | undefined => {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const words = WORDS[String(error.code)];
  if (words === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  return `${path === undefined ? 'A file' : path.replace(TEMPORARY, '')}: ${words}. ${ELSEWHERE}`;
};

/** A file is written under a name of its own, and renamed when it is whole. */
const TEMPORARY = /\.[0-9a-f-]{8,36}(?:\.part)?$/;

const ELSEWHERE = 'Or name another place: --data DIR for the state folder, --out DIR for the outputs.';

const WORDS: Record<string, string> = {
  ENOSPC: 'the disk is full. Make room there, then give the same command again: it goes on where it is',
  EDQUOT: 'the disk quota is used up. Make room there, then give the same command again: it goes on where it is',
  EROFS: 'the disk is mounted for reading only',
  EACCES: 'this user may not write here',
  EPERM: 'this user may not write here',
  EEXIST: 'a file stands where a folder is needed. Move it away',
  ENOTDIR: 'a file stands where a folder is needed. Move it away',
};
