import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { unframed } from './aws-chunked.ts';
import { checksumOf } from './checksums.ts';
import type { Checksum } from './checksums.ts';
import { malformed, S3Error } from './s3-error.ts';

export type Received = { bytes: number; md5: string };

const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** Hands the body's bytes on, then checks its length and every checksum the client gave: header or trailer. */
export async function receiveBody(
  request: IncomingMessage,
  write: (chunk: Buffer) => Promise<void> | void,
): Promise<Received> {
  const { headers } = request;
  const expected = expectedChecksums(request);
  const payloadHash = String(headers['x-amz-content-sha256'] ?? '');
  const trailerName = String(headers['x-amz-trailer'] ?? '').trim();
  const trailerChecksum = /^x-amz-checksum-(\w+)$/.exec(trailerName)?.[1];
  if (trailerChecksum !== undefined) expected.push({ checksum: checksumOf(trailerChecksum), value: undefined });
  const md5 = createHash('md5');
  let bytes = 0;
  const isFramed = payloadHash.startsWith('STREAMING-') || String(headers['content-encoding']).includes('aws-chunked');
  const body = isFramed
    ? unframed(request, (name, value) => {
        const entry = expected.at(-1);
        if (name === trailerName && entry !== undefined) entry.value = value;
      })
    : request;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    md5.update(chunk);
    for (const { checksum } of expected) checksum.add(chunk);
    bytes += chunk.byteLength;
    await write(chunk);
  }
  const declared = headers[isFramed ? 'x-amz-decoded-content-length' : 'content-length'];
  if (declared !== undefined && Number(declared) !== bytes) {
    throw new S3Error('IncompleteBody', 400, `The body has ${bytes} bytes, ${declared} were announced`);
  }
  for (const { checksum, value } of expected) {
    if (checksum.value() !== value) throw new S3Error('BadDigest', 400, 'The body does not match its checksum');
  }
  return { bytes, md5: md5.digest('hex') };
}

/** A small document as text. */
export const receiveText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let size = 0;
  await receiveBody(request, (chunk) => {
    size += chunk.byteLength;
    if (size > MAX_DOCUMENT_BYTES) throw malformed('The document is too large');
    chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString();
};

const expectedChecksums = ({ headers }: IncomingMessage): { checksum: Checksum; value: string | undefined }[] => {
  const expected: { checksum: Checksum; value: string | undefined }[] = [];
  const payloadHash = String(headers['x-amz-content-sha256'] ?? '');
  if (HEX_SHA256.test(payloadHash)) {
    expected.push({ checksum: checksumOf('sha256'), value: Buffer.from(payloadHash, 'hex').toString('base64') });
  }
  if (headers['content-md5'] !== undefined) {
    expected.push({ checksum: checksumOf('md5'), value: String(headers['content-md5']) });
  }
  for (const [name, value] of Object.entries(headers)) {
    const algorithm = /^x-amz-checksum-(crc32c?|crc64nvme|sha1|sha256)$/.exec(name)?.[1];
    if (algorithm !== undefined) expected.push({ checksum: checksumOf(algorithm), value: String(value) });
  }
  return expected;
};
