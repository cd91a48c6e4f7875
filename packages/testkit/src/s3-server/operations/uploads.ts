import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket } from '../bucket.ts';
import type { Handler } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { receiveBody } from '../request-body.ts';
import { malformed, noSuchUpload } from '../s3-error.ts';
import { xmlDocument } from '../xml.ts';
import { keptHeaders } from './objects.ts';

/** An upload in parts is a folder, so that a server started anew goes on with it. */
export type Upload = { id: string; key: string; startedAtMs: number; headers: Record<string, string> };
export type Part = { bytes: number; etag: string };

const MAX_PART = 10_000;
const ID = /^[0-9a-f-]{36}$/;

export const createMultipartUpload: Handler = async ({ request, target, buckets }) => {
  const bucket = buckets.get(target.bucket);
  request.resume();
  const upload: Upload = { id: randomUUID(), key: target.key, startedAtMs: Date.now(), headers: keptHeaders(request) };
  await mkdir(bucket.uploadFolder(upload.id));
  await writeFile(join(bucket.uploadFolder(upload.id), 'upload.json'), JSON.stringify(upload));
  return xmlAnswer(
    xmlDocument('InitiateMultipartUploadResult', { Bucket: target.bucket, Key: target.key, UploadId: upload.id }),
  );
};

export const uploadPart: Handler = async ({ request, target, buckets }) => {
  const bucket = buckets.get(target.bucket);
  const upload = uploadOf(bucket, target.query.get('uploadId'), target.key);
  const number = Number(target.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART) throw malformed('The part number is not allowed');
  const file = await bucket.newFile();
  try {
    const { bytes, md5 } = await receiveBody(request, file.write);
    await file.end();
    const part: Part = { bytes, etag: md5 };
    const folder = bucket.uploadFolder(upload.id);
    await rename(bucket.path(file.file), join(folder, `${number}.part`));
    await writeFile(join(folder, `${number}.json`), JSON.stringify(part));
    return { status: 200, headers: { etag: `"${md5}"` } };
  } catch (error) {
    await file.discard();
    throw error;
  }
};

export const abortMultipartUpload: Handler = async ({ target, buckets }) => {
  const bucket = buckets.get(target.bucket);
  const upload = uploadOf(bucket, target.query.get('uploadId'), target.key);
  await rm(bucket.uploadFolder(upload.id), { recursive: true, force: true });
  return { status: 204 };
};

export const listMultipartUploads: Handler = async ({ target, buckets }) => {
  const bucket = buckets.get(target.bucket);
  const ids = await readdir(bucket.uploadsFolder);
  const uploads = ids.map((id) => uploadOf(bucket, id)).sort((left, right) => (left.key < right.key ? -1 : 1));
  return xmlAnswer(
    xmlDocument('ListMultipartUploadsResult', {
      Bucket: target.bucket,
      IsTruncated: false,
      Upload: uploads.map(({ id, key, startedAtMs }) => ({
        Key: key,
        UploadId: id,
        Initiated: new Date(startedAtMs).toISOString(),
      })),
    }),
  );
};

export const listParts: Handler = async ({ target, buckets }) => {
  const bucket = buckets.get(target.bucket);
  const upload = uploadOf(bucket, target.query.get('uploadId'), target.key);
  const names = await readdir(bucket.uploadFolder(upload.id));
  const numbers = names.flatMap((name) => (name.endsWith('.part') ? [Number.parseInt(name, 10)] : []));
  return xmlAnswer(
    xmlDocument('ListPartsResult', {
      Bucket: target.bucket,
      Key: target.key,
      UploadId: upload.id,
      IsTruncated: false,
      Part: numbers
        .sort((left, right) => left - right)
        .map((number) => {
          const part = partOf(bucket, upload.id, number);
          return { PartNumber: number, ETag: `"${part?.etag}"`, Size: part?.bytes };
        }),
    }),
  );
};

/** The upload of an id. Throws NoSuchUpload. */
export const uploadOf = (bucket: Bucket, id: string | null, key?: string): Upload => {
  if (id === null || !ID.test(id)) throw noSuchUpload();
  const upload = readJson(join(bucket.uploadFolder(id), 'upload.json')) as Upload | undefined;
  if (upload === undefined || (key !== undefined && upload.key !== key)) throw noSuchUpload();
  return upload;
};

export const partOf = (bucket: Bucket, uploadId: string, number: number): Part | undefined =>
  readJson(join(bucket.uploadFolder(uploadId), `${number}.json`)) as Part | undefined;

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};
