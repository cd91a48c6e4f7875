import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { ListOptions, ObjectInfo } from '../object-store.ts';
import type { S3Connection } from './connection.ts';

/** All objects under a prefix, page by page, in the order the store keeps: byte order of the key. */
export async function* listObjects(
  connection: S3Connection,
  prefix: string,
  { startAfter }: ListOptions = {},
): AsyncIterable<ObjectInfo> {
  const request = startAfter === undefined ? {} : { StartAfter: connection.fullKey(startAfter) };
  for await (const page of pages(connection, prefix, request)) {
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      if (Key === undefined) continue;
      yield { key: connection.ownKey(Key), bytes: Size ?? 0, modifiedAtMs: LastModified?.getTime() ?? 0 };
    }
  }
}

/** The folders directly under a prefix, ascending. */
export async function* listFolders(
  connection: S3Connection,
  prefix: string,
  { startAfter = '' }: ListOptions = {},
): AsyncIterable<string> {
  // After every key of the folder `a/` comes `a0`, since `0` follows `/`: so the store skips that folder itself.
  const after = startAfter.endsWith('/') ? `${startAfter.slice(0, -1)}0` : startAfter;
  const request = { Delimiter: '/', ...(after === '' ? {} : { StartAfter: connection.fullKey(after) }) };
  for await (const page of pages(connection, prefix, request)) {
    for (const { Prefix } of page.CommonPrefixes ?? []) {
      const folder = connection.ownKey(Prefix ?? '');
      if (Prefix !== undefined && folder > startAfter) yield folder;
    }
  }
}

async function* pages(
  { client, bucket, errors, fullKey }: S3Connection,
  prefix: string,
  request: { Delimiter?: string; StartAfter?: string },
): AsyncIterable<ListObjectsV2CommandOutput> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: fullKey(prefix),
      ...request,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    let page: ListObjectsV2CommandOutput;
    try {
      page = await client.send(command);
    } catch (error) {
      throw errors.unavailable(`listing "${prefix}"`, error);
    }
    yield page;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}
