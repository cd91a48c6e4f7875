import type { BlobRef, LineBlobRef } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Streams values as JSON lines into a blob; answers where it is, its bytes, lines and SHA-256. */
export const writeLines = async (
  store: ObjectStore,
  key: string,
  values: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<LineBlobRef> => {
  let lines = 0;
  const encoder = new TextEncoder();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let pending: string[] = [];
    let size = 0;
    for await (const value of values) {
      const line = `${typeof value === 'string' ? value : JSON.stringify(value)}\n`;
      lines += 1;
      pending.push(line);
      size += line.length;
      if (size >= CHUNK_BYTES) {
        yield encoder.encode(pending.join(''));
        pending = [];
        size = 0;
      }
    }
    if (size > 0) yield encoder.encode(pending.join(''));
  }
  const blob = await store.putBlob(key, chunks());
  return { ...blob, lines };
};

/** Like writeLines, but writes nothing and answers null where there is no value. */
export const writeLinesIfAny = async (
  store: ObjectStore,
  key: string,
  values: readonly unknown[],
): Promise<LineBlobRef | null> => (values.length === 0 ? null : writeLines(store, key, values));

/** The lines of a blob as text, in order, checked against its SHA-256 at the end. Holds one line at a time. */
export async function* readTextLines(store: ObjectStore, blob: BlobRef): AsyncGenerator<string> {
  yield* splitLines(store.read(blob.key, { expect: { bytes: blob.bytes, sha256: blob.sha256 } }));
}

/** The values of a blob of JSON lines. */
export async function* readLines<Value>(store: ObjectStore, blob: BlobRef | null): AsyncGenerator<Value> {
  if (blob === null) return;
  for await (const line of readTextLines(store, blob)) yield JSON.parse(line) as Value;
}

/** Cuts a byte stream at newlines; a last line without newline counts, empty lines do not. */
export async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // a mark at the start of a line is data
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const { line } of placedLines(bytes)) yield decoder.decode(line);
}

/** A line without its newline, its number from 1, and the position of its first byte in the stream. */
export type PlacedLine = { number: number; start: number; line: Uint8Array };

/** The same as bytes, each with its place. A line is good until the next one is asked for. */
export async function* placedLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<PlacedLine> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  let before = 0;
  let number = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, end);
      const line = rest.length === 0 ? piece : Buffer.concat([...rest, piece]);
      const start = before + from - restBytes;
      number += 1;
      rest = [];
      restBytes = 0;
      from = end + 1;
      if (line.length > 0) yield { number, start, line };
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
    }
    before += chunk.length;
  }
  if (restBytes > 0) yield { number: number + 1, start: before - restBytes, line: Buffer.concat(rest) };
}
