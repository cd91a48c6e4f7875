import { open } from 'node:fs/promises';
import type { Turn } from '../fair-turns.ts';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** A line of a file: its bytes without the newline, and where it begins. */
export type Line = { bytes: Buffer; offset: number };

/** Visits the lines in order until `visit` gives false. Holds one chunk and one line; an empty last line is none. */
export const eachLine = async (path: string, turn: Turn, visit: (line: Line) => boolean | void): Promise<void> => {
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let unfinished: Buffer[] = [];
    let lineStart = 0;
    let chunkStart = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, chunkStart);
      if (bytesRead === 0) break;
      const read = chunk.subarray(0, bytesRead);
      let from = 0;
      for (let end = read.indexOf(NEWLINE, from); end !== -1; end = read.indexOf(NEWLINE, from)) {
        const tail = read.subarray(from, end);
        const bytes = unfinished.length === 0 ? tail : Buffer.concat([...unfinished, tail]);
        unfinished = [];
        if (visit({ bytes, offset: lineStart }) === false) return;
        from = end + 1;
        lineStart = chunkStart + from;
        await turn.giveWay();
      }
      if (from < bytesRead) unfinished.push(Buffer.from(read.subarray(from)));
      chunkStart += bytesRead;
    }
    const last = Buffer.concat(unfinished);
    if (last.length > 0) visit({ bytes: last, offset: lineStart });
  } finally {
    await file.close();
  }
};
