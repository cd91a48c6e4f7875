import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket } from '../bucket.ts';
import { writeIf } from '../conditions.ts';
import type { Handler } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { receiveText } from '../request-body.ts';
import { malformed, S3Error } from '../s3-error.ts';
import { xmlDocument, xmlTexts } from '../xml.ts';
import { partOf, uploadOf } from './uploads.ts';

const MIN_PART_BYTES = 5 * 1024 * 1024;

type NamedPart = { number: number; bytes: number; etag: string };

export const completeMultipartUpload: Handler = async (exchange) => {
  const { request, target, buckets } = exchange;
  const bucket = buckets.get(target.bucket);
  const document = await receiveText(request);
  const upload = uploadOf(bucket, target.query.get('uploadId'), target.key);
  const parts = namedParts(bucket, upload.id, document);
  const file = await bucket.newFile();
  try {
    for (const { number } of parts) {
      const part = createReadStream(join(bucket.uploadFolder(upload.id), `${number}.part`));
      for await (const chunk of part as AsyncIterable<Buffer>) await file.write(chunk);
    }
    await file.end();
    const digests = createHash('md5');
    for (const { etag } of parts) digests.update(Buffer.from(etag, 'hex'));
    const etag = `${digests.digest('hex')}-${parts.length}`;
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    await writeIf(
      exchange,
      () => bucket.get(target.key),
      () => {
        uploadOf(bucket, upload.id, target.key); // two completions at once: one finds the upload gone
        return bucket.put({ key: target.key, file: file.file, bytes, etag, headers: upload.headers });
      },
    );
    await rm(bucket.uploadFolder(upload.id), { recursive: true, force: true });
    return xmlAnswer(
      xmlDocument('CompleteMultipartUploadResult', { Bucket: target.bucket, Key: target.key, ETag: `"${etag}"` }),
    );
  } catch (error) {
    await file.discard();
    throw error;
  }
};

const namedParts = (bucket: Bucket, uploadId: string, document: string): NamedPart[] => {
  const parts = xmlTexts(document, 'Part').map((part) => {
    const number = Number(xmlTexts(part, 'PartNumber')[0]);
    const found = partOf(bucket, uploadId, number);
    if (found === undefined || found.etag !== xmlTexts(part, 'ETag')[0]?.replaceAll('"', '')) {
      throw new S3Error('InvalidPart', 400, `Part ${number} is not there, or not as named`);
    }
    return { number, ...found };
  });
  if (parts.length === 0) throw malformed('No part is named');
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0))) {
    throw new S3Error('InvalidPartOrder', 400, 'The parts are not in ascending order');
  }
  const small = parts.slice(0, -1).find((part) => part.bytes < MIN_PART_BYTES);
  if (small !== undefined) throw new S3Error('EntityTooSmall', 400, `Part ${small.number} is smaller than 5 MiB`);
  return parts;
};
