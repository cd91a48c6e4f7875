import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3Connection } from './connection.ts';

const STALE_ETAG = '"00000000000000000000000000000000"';

/** Whether If-Match holds: a stale tag must be refused and a current one honoured, when writing and when reading. */
export const checkConditions = async (connection: S3Connection, prefix: string): Promise<string[]> => {
  const { client, bucket, fullKey, errors } = connection;
  const object = { Bucket: bucket, Key: fullKey(`${prefix}if-match`) };
  const failures: string[] = [];
  const check = async (sentence: string, isRefusalRight: boolean, send: () => Promise<unknown>): Promise<void> => {
    try {
      await send();
      if (isRefusalRight) failures.push(sentence);
    } catch (error) {
      const meaning = errors.meaning(error);
      if (meaning !== 'exists' && !isUnsupported(error)) throw errors.unavailable('probing the store', error);
      if (!isRefusalRight || meaning !== 'exists') failures.push(sentence);
    }
  };
  let etag: string | undefined;
  await check('A plain write is refused.', false, async () => {
    ({ ETag: etag } = await client.send(new PutObjectCommand({ ...object, Body: 'first' })));
  });
  await check('A write with a stale If-Match is accepted.', true, () =>
    client.send(new PutObjectCommand({ ...object, Body: 'stale', IfMatch: STALE_ETAG })),
  );
  await check('A write with the current If-Match is refused.', false, async () => {
    ({ ETag: etag } = await client.send(new PutObjectCommand({ ...object, Body: 'second', IfMatch: etag })));
  });
  await check('A read with a stale If-Match is answered.', true, () => readAll(connection, object, STALE_ETAG));
  await check('A read with the current If-Match is refused.', false, () => readAll(connection, object, etag));
  await client.send(new DeleteObjectCommand(object)).catch(() => {});
  return failures;
};

const readAll = async (
  { client }: S3Connection,
  object: { Bucket: string; Key: string },
  etag: string | undefined,
): Promise<void> => {
  const answer = await client.send(new GetObjectCommand({ ...object, IfMatch: etag }));
  await answer.Body?.transformToByteArray();
};

/** Some stores say openly that they have no such condition. */
const isUnsupported = (error: unknown): boolean => error instanceof Error && error.name === 'NotImplemented';
