import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.ts';

export type Operation =
  | 'ListBuckets'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'DeleteBucket'
  | 'GetBucketLocation'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'DeleteObjects'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts';

/** What a request asks for, read from its first line. `path` and `search` are as they came: the signature covers them so. */
export type Target = {
  method: string;
  path: string;
  search: string;
  query: URLSearchParams;
  bucket: string;
  key: string;
};

export const targetOf = (request: IncomingMessage): Target => {
  const [path = '/', ...rest] = (request.url ?? '/').split('?');
  const search = rest.join('?');
  const slash = path.indexOf('/', 1);
  const bucket = decode(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decode(path.slice(slash + 1));
  return { method: request.method ?? 'GET', path, search, query: new URLSearchParams(search), bucket, key };
};

/** Names the operation, or throws NotImplemented. */
export const operationOf = ({ method, query, bucket, key }: Target): Operation => {
  const operation = key !== '' ? onObject(method, query) : bucket !== '' ? onBucket(method, query) : undefined;
  if (operation !== undefined) return operation;
  if (method === 'GET' && bucket === '') return 'ListBuckets';
  throw new S3Error('NotImplemented', 501, `${method} with these parameters is not part of this server`);
};

const onBucket = (method: string, query: URLSearchParams): Operation | undefined => {
  if (method === 'PUT') return 'CreateBucket';
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'DELETE') return 'DeleteBucket';
  if (method === 'POST') return query.has('delete') ? 'DeleteObjects' : undefined;
  if (query.has('location')) return 'GetBucketLocation';
  if (query.has('uploads')) return 'ListMultipartUploads';
  return query.get('list-type') === '2' ? 'ListObjectsV2' : undefined;
};

const onObject = (method: string, query: URLSearchParams): Operation | undefined => {
  const hasUpload = query.has('uploadId');
  if (method === 'PUT') return hasUpload ? 'UploadPart' : 'PutObject';
  if (method === 'GET') return hasUpload ? 'ListParts' : 'GetObject';
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'DELETE') return hasUpload ? 'AbortMultipartUpload' : 'DeleteObject';
  if (query.has('uploads')) return 'CreateMultipartUpload';
  return hasUpload ? 'CompleteMultipartUpload' : undefined;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', 400, 'The address cannot be decoded');
  }
};
