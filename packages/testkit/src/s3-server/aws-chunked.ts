import { malformed } from './s3-error.ts';

const MAX_LINE_BYTES = 8 * 1024;

/**
 * Takes the framing off an `aws-chunked` body: `<hex length>[;chunk-signature=…]` CRLF, bytes, CRLF, …, `0`, trailers.
 * The trailers go to `onTrailer`. The signatures of single chunks are not checked.
 */
export async function* unframed(
  source: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncIterable<Buffer> {
  const input = lineReader(source);
  while (true) {
    const header = await input.line();
    const length = Number.parseInt(header.split(';')[0] ?? '', 16);
    if (!Number.isInteger(length) || length < 0) throw malformed('A chunk has no length');
    if (length === 0) break;
    yield* input.bytes(length);
    if ((await input.line()) !== '') throw malformed('A chunk is longer than its length');
  }
  for (let line = await input.line(); line !== ''; line = await input.line()) {
    const colon = line.indexOf(':');
    onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

const lineReader = (
  source: AsyncIterable<Buffer>,
): { line(): Promise<string>; bytes(length: number): AsyncIterable<Buffer> } => {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let isOver = false;
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    isOver = next.done === true;
    if (next.done !== true) held = held.byteLength === 0 ? next.value : Buffer.concat([held, next.value]);
    return !isOver;
  };
  return {
    line: async () => {
      let end = held.indexOf('\r\n');
      while (end < 0) {
        if (held.byteLength > MAX_LINE_BYTES) throw malformed('A chunk header is too long');
        // The last empty line may be left out.
        if (!(await more())) return '';
        end = held.indexOf('\r\n');
      }
      const line = held.toString('latin1', 0, end);
      held = held.subarray(end + 2);
      return line;
    },
    bytes: async function* bytes(length) {
      let missing = length;
      while (missing > 0) {
        if (held.byteLength === 0 && !(await more())) throw malformed('The body ends within a chunk');
        const taken = held.subarray(0, missing);
        held = held.subarray(taken.byteLength);
        missing -= taken.byteLength;
        yield taken;
      }
    },
  };
};
