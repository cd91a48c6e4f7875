import type { SourceFile } from './source-file.ts';

/** A file of bytes at hand, given out in chunks of `chunkBytes`. */
export const bytesFile = (name: string, content: string | Uint8Array, chunkBytes = 64 * 1024): SourceFile => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return {
    name,
    bytes: bytes.length,
    async *open({ start, end } = { start: 0, end: bytes.length }) {
      for (let at = start; at < end; at += chunkBytes) yield bytes.subarray(at, Math.min(end, at + chunkBytes));
    },
  };
};
