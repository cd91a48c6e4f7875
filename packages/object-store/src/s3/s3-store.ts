import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { checkKey, checkPrefix, checkRecordSize } from '../keys.ts';
import type { ObjectStore } from '../object-store.ts';
import { verified } from '../verified.ts';
import { checkConditions } from './check-conditions.ts';
import { connect } from './connection.ts';
import { headObject } from './head-object.ts';
import { listFolders, listObjects } from './list-objects.ts';
import { openBucket } from './open-bucket.ts';
import type { S3StoreOptions } from './options.ts';
import { putBlob } from './put-blob.ts';
import { putRecord } from './put-record.ts';
import { readObject, readWhole } from './read-object.ts';

export const createS3Store = async (options: S3StoreOptions): Promise<ObjectStore> => {
  const connection = connect(options);
  const { client, bucket, errors, fullKey } = connection;
  try {
    await openBucket(connection, { create: options.createBucket ?? false });
  } catch (error) {
    client.destroy();
    throw error;
  }
  return {
    kind: 's3',
    putIfAbsent: async (key, body) => {
      checkKey(key);
      checkRecordSize(key, body);
      return putRecord(connection, key, body);
    },
    putBlob: async (key, body) => {
      checkKey(key);
      return putBlob(connection, key, body);
    },
    get: async (key) => {
      checkKey(key);
      return readWhole(connection, key);
    },
    read: (key, readOptions = {}) => {
      checkKey(key);
      return verified(key, readObject(connection, key, readOptions), readOptions);
    },
    head: async (key) => {
      checkKey(key);
      return headObject(connection, key);
    },
    list: (prefix, listOptions) => {
      checkPrefix(prefix);
      return listObjects(connection, prefix, listOptions);
    },
    listPrefixes: (prefix, listOptions) => {
      checkPrefix(prefix);
      return listFolders(connection, prefix, listOptions);
    },
    delete: async (key) => {
      checkKey(key);
      try {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: fullKey(key) }));
      } catch (error) {
        throw errors.unavailable(`deleting "${key}"`, error);
      }
    },
    close: async () => client.destroy(),
    checkConditions: (prefix) => checkConditions(connection, prefix),
  };
};
