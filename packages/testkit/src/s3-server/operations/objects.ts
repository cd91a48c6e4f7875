import type { IncomingMessage } from 'node:http';
import { readIf, writeIf } from '../conditions.ts';
import type { Answer, Handler } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import type { StoredObject } from '../journal.ts';
import { receiveBody, receiveText } from '../request-body.ts';
import { malformed, noSuchKey, S3Error } from '../s3-error.ts';
import { xmlDocument, xmlTexts } from '../xml.ts';

const MAX_DELETES = 1000;

export const putObject: Handler = async (exchange) => {
  const { request, target, buckets } = exchange;
  if (request.headers['x-amz-copy-source'] !== undefined) {
    throw new S3Error('NotImplemented', 501, 'Copying is not part of this server');
  }
  const bucket = buckets.get(target.bucket);
  const file = await bucket.newFile();
  try {
    const { bytes, md5 } = await receiveBody(request, file.write);
    await file.end();
    const object = { key: target.key, file: file.file, bytes, etag: md5, headers: keptHeaders(request) };
    await writeIf(
      exchange,
      () => bucket.get(target.key),
      () => bucket.put(object),
    );
    return { status: 200, headers: { etag: `"${md5}"` } };
  } catch (error) {
    await file.discard();
    throw error;
  }
};

export const getObject: Handler = (exchange): Answer => {
  const { request, target, buckets } = exchange;
  const bucket = buckets.get(target.bucket);
  const object = bucket.get(target.key);
  if (object === undefined) throw noSuchKey(target.key);
  if (readIf(exchange, object) === 'not-modified') return { status: 304, headers: { etag: `"${object.etag}"` } };
  const path = bucket.path(object.file);
  const range = rangeOf(request.headers.range, object.bytes);
  if (range === undefined) {
    const headers = { ...headersOf(object), 'content-length': String(object.bytes) };
    return { status: 200, headers, body: { path, start: 0, end: object.bytes } };
  }
  return {
    status: 206,
    headers: {
      ...headersOf(object),
      'content-length': String(range.end - range.start),
      'content-range': `bytes ${range.start}-${range.end - 1}/${object.bytes}`,
    },
    body: { path, ...range },
  };
};

export const deleteObject: Handler = async (exchange) => {
  const { request, target, buckets } = exchange;
  const bucket = buckets.get(target.bucket);
  request.resume();
  await writeIf(
    exchange,
    () => bucket.get(target.key),
    () => bucket.remove(target.key),
  );
  return { status: 204 };
};

export const deleteObjects: Handler = async ({ request, target, buckets }) => {
  const bucket = buckets.get(target.bucket);
  const document = await receiveText(request);
  const keys = xmlTexts(document, 'Key');
  if (keys.length === 0 || keys.length > MAX_DELETES) throw malformed(`One to ${MAX_DELETES} keys are needed`);
  for (const key of keys) bucket.remove(key);
  const isQuiet = xmlTexts(document, 'Quiet')[0] === 'true';
  return xmlAnswer(xmlDocument('DeleteResult', { Deleted: isQuiet ? [] : keys.map((Key) => ({ Key })) }));
};

/** What the client gave and gets back with the object. */
export const keptHeaders = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'))
      .map(([name, value]) => [name, String(value)]),
  );

const headersOf = (object: StoredObject): Record<string, string> => ({
  'content-type': 'application/octet-stream',
  ...object.headers,
  etag: `"${object.etag}"`,
  'last-modified': new Date(object.modifiedAtMs).toUTCString(),
  'accept-ranges': 'bytes',
});

const rangeOf = (header: string | undefined, size: number): { start: number; end: number } | undefined => {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= size || end <= start) throw new S3Error('InvalidRange', 416, 'The range is not within the object');
  return { start, end };
};
