import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';

/** The smallest part S3 takes is 5 MiB; with 10,000 parts this size holds 80 GiB. */
export const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 2;

type Target = { Bucket: string; Key: string; UploadId: string | undefined };

/** Uploads a large blob in parts: visible only once complete, aborted on any error. Throws what the SDK or the source throws. */
export const uploadParts = async (
  { client, bucket, fullKey }: S3Connection,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> => {
  const object = { Bucket: bucket, Key: fullKey(key) };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
  const target = { ...object, UploadId };
  try {
    const parts = await sendAll(client, target, chunks);
    await client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } }));
  } catch (error) {
    // What cannot be aborted now is left to the bucket's rule for incomplete uploads; the first error is the one to show.
    await client.send(new AbortMultipartUploadCommand(target)).catch(() => {});
    throw error;
  }
};

const sendAll = async (
  client: S3Connection['client'],
  target: Target,
  chunks: AsyncIterable<Uint8Array>,
): Promise<CompletedPart[]> => {
  const parts: CompletedPart[] = [];
  const failures: unknown[] = [];
  const underway = new Set<Promise<void>>();
  const stop = new AbortController();
  // The same few buffers go round: fresh ones of this size would pile up until the next garbage collection.
  const free: Buffer[] = Array.from({ length: PARTS_AT_ONCE + 1 }, () => Buffer.allocUnsafeSlow(PART_BYTES));
  const send = async (buffer: Buffer, length: number, number: number): Promise<void> => {
    const command = new UploadPartCommand({ ...target, PartNumber: number, Body: buffer.subarray(0, length) });
    try {
      const { ETag } = await client.send(command, { abortSignal: stop.signal });
      parts.push({ PartNumber: number, ETag });
    } catch (error) {
      failures.push(error);
    }
    free.push(buffer);
  };
  const take = async (): Promise<Buffer> => {
    while (failures.length === 0) {
      const buffer = free.pop();
      if (buffer !== undefined) return buffer;
      await Promise.race(underway);
    }
    throw failures[0];
  };
  try {
    let number = 1;
    for await (const { buffer, length } of filled(chunks, take)) {
      const work = send(buffer, length, number).finally(() => underway.delete(work));
      underway.add(work);
      number += 1;
    }
    await Promise.all(underway);
  } finally {
    stop.abort(); // the others need not be sent to their end when the source or a part has failed
    await Promise.all(underway);
  }
  if (failures.length > 0) throw failures[0];
  return parts.sort((left, right) => (left.PartNumber ?? 0) - (right.PartNumber ?? 0));
};

/** Pours chunks into buffers of one part each; the last may be shorter. */
async function* filled(
  chunks: AsyncIterable<Uint8Array>,
  take: () => Promise<Buffer>,
): AsyncIterable<{ buffer: Buffer; length: number }> {
  let buffer = await take();
  let length = 0;
  for await (const chunk of chunks) {
    for (let offset = 0; offset < chunk.byteLength;) {
      if (length === PART_BYTES) {
        yield { buffer, length };
        buffer = await take();
        length = 0;
      }
      const poured = chunk.subarray(offset, offset + PART_BYTES - length);
      buffer.set(poured, length);
      length += poured.byteLength;
      offset += poured.byteLength;
    }
  }
  yield { buffer, length };
}
