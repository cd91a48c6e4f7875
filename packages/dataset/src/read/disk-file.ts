import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { SourceFile } from './source-file.ts';

/** A file on this machine; `name` is what messages call it. */
export const diskFile = ({ name, path, bytes }: { name: string; path: string; bytes: number }): SourceFile => ({
  name,
  bytes,
  open: (range) => {
    if (range === undefined) return createReadStream(path);
    // A read stream's end is included: it cannot say that nothing is wanted.
    return range.end > range.start
      ? createReadStream(path, { start: range.start, end: range.end - 1 })
      : Readable.from([]);
  },
});
