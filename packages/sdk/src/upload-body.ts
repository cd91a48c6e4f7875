import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** What can be uploaded: a path on this machine, bytes, or a stream of bytes. */
export type UploadSource = { path: string } | { bytes: Uint8Array } | { stream: Readable };

export type UploadBody = {
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Bytes can be sent a second time; a stream cannot. */
  repeatable: boolean;
};

/** A path that cannot be opened fails here, before anything is sent. */
export const uploadBody = async (source: UploadSource): Promise<UploadBody> => {
  if ('bytes' in source) return { body: new Uint8Array(source.bytes), repeatable: true };
  const stream = 'path' in source ? (await open(source.path)).createReadStream() : source.stream;
  return { body: webStreamOf(stream), repeatable: false };
};

/** Not `Readable.toWeb`: it counts a stream's high-water mark in chunks, and so would hold 65,536 of them. */
const webStreamOf = (stream: Readable): ReadableStream<Uint8Array> => {
  const chunks = stream[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next: IteratorResult<Uint8Array | string> = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(typeof next.value === 'string' ? Buffer.from(next.value) : next.value);
    },
    async cancel() {
      stream.destroy();
      await chunks.return?.();
    },
  });
};
