import { createHash } from 'node:crypto';

/** Counts and hashes the bytes that pass. `result` is right once the chunks are used up. */
export const measured = (
  source: AsyncIterable<Uint8Array> | Uint8Array,
): { chunks: AsyncIterable<Uint8Array>; result: () => { bytes: number; sha256: string } } => {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* pass(): AsyncIterable<Uint8Array> {
    for await (const chunk of source instanceof Uint8Array ? [source] : source) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  return { chunks: pass(), result: () => ({ bytes, sha256: hash.digest('hex') }) };
};

/** Gathers small chunks into pieces of about `size` bytes, so that rows of 100 bytes do not become one write each. */
export async function* gathered(chunks: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    heldBytes += chunk.byteLength;
    if (heldBytes >= size) {
      yield held.length === 1 ? chunk : Buffer.concat(held, heldBytes);
      held = [];
      heldBytes = 0;
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}
