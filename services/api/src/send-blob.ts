import { Readable } from 'node:stream';
import type { BlobRef } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import type { FastifyReply } from 'fastify';
import { byteRange } from './byte-range.ts';

/** Streams a stored file, or the range of it that was asked for; as a whole it is checked on its way. */
export const sendBlob = (
  store: ObjectStore,
  reply: FastifyReply,
  { key, bytes, sha256 }: BlobRef,
  mediaType: string,
): FastifyReply => {
  const range = byteRange(reply.request.headers.range, bytes);
  void reply.header('accept-ranges', 'bytes').header('etag', `"${sha256}"`).type(mediaType);
  if (range === 'unsatisfiable') return reply.status(416).header('content-range', `bytes */${bytes}`).send();
  if (range === null) {
    const body = store.read(key, { expect: { bytes, sha256 } });
    return reply.header('content-length', bytes).send(Readable.from(body));
  }
  return reply
    .status(206)
    .header('content-range', `bytes ${range.start}-${range.end - 1}/${bytes}`)
    .header('content-length', range.end - range.start)
    .send(Readable.from(store.read(key, range)));
};
