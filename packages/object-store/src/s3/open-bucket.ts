import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { InputError } from '@batchmill/contracts';
import type { S3Connection } from './connection.ts';

/** Makes sure that the bucket is there and that we may use it; makes it when that is allowed. */
export const openBucket = async (connection: S3Connection, { create }: { create: boolean }): Promise<void> => {
  const { client, bucket, errors } = connection;
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    // The answer to HEAD has no body: a missing bucket and a missing object look alike.
    const isMissing = ['absent', 'bucket-missing'].includes(errors.meaning(error));
    if (isMissing && create) return createBucket(connection);
    if (isMissing) {
      throw new InputError([
        {
          code: 'store-bucket-missing',
          message: `The bucket "${bucket}" does not exist`,
          remedy: 'Create it, correct its name, or allow it to be created.',
        },
      ]);
    }
    if (errors.meaning(error) !== 'refused') throw errors.unavailable('opening the bucket', error);
    throw new InputError([{ code: 'store-refused', message: errors.sentence('opening the bucket', error) }]);
  }
};

const createBucket = async ({ client, bucket, errors }: S3Connection): Promise<void> => {
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    // Another process made it at the same moment.
    if (errors.meaning(error) === 'conflict') return;
    throw errors.unavailable('creating the bucket', error);
  }
};
