import { setTimeout as wait } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { PutResult } from '../object-store.ts';
import type { S3Connection } from './connection.ts';
import { readWhole } from './read-object.ts';

/** Another writer of the same key was under way (409), or the winner has been deleted since. */
const RACE_TRIES = 8;
const RACE_WAIT_MS = 25;

/** Writes an object unless one is there; equal bytes that are there count as ours. */
export const putRecord = async (connection: S3Connection, key: string, body: Uint8Array): Promise<PutResult> => {
  const { client, bucket, errors, fullKey } = connection;
  const operation = `writing "${key}"`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: fullKey(key), Body: body, IfNoneMatch: '*' }));
      return { created: true };
    } catch (error) {
      const meaning = errors.meaning(error);
      if (meaning !== 'exists' && meaning !== 'conflict') throw errors.unavailable(operation, error);
      // The SDK repeats a PUT whose answer was lost: a 412 may well come from our own write.
      const found = await readWhole(connection, key);
      if (found !== null) return { created: Buffer.compare(found, body) === 0 };
      if (attempt === RACE_TRIES) throw errors.unavailable(operation, error);
      await wait(RACE_WAIT_MS * attempt * (1 + Math.random()));
    }
  }
};
