import { createReadStream } from 'node:fs';

/** The first lines of a text file that are not empty. */
export async function* firstLines(path: string, count: number): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  let left = count;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      const line = rest.toString('utf8', 0, end).trim();
      rest = rest.subarray(end + 1);
      if (line === '') continue;
      yield line;
      left -= 1;
      if (left === 0) return;
    }
  }
  const last = rest.toString().trim();
  if (last !== '') yield last;
}

const NEWLINE = 0x0a;
