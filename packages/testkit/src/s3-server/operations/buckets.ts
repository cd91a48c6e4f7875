import type { Handler } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { xmlDocument } from '../xml.ts';

export const listBuckets: Handler = ({ buckets }) =>
  xmlAnswer(
    xmlDocument('ListAllMyBucketsResult', {
      Buckets: { Bucket: buckets.names().map((name) => ({ Name: name, CreationDate: new Date(0).toISOString() })) },
    }),
  );

export const createBucket: Handler = ({ buckets, target }) => {
  buckets.create(target.bucket);
  return { status: 200, headers: { location: `/${target.bucket}` } };
};

export const headBucket: Handler = ({ buckets, target }) => {
  buckets.get(target.bucket);
  return { status: 200 };
};

export const deleteBucket: Handler = ({ buckets, target }) => {
  buckets.remove(target.bucket);
  return { status: 204 };
};

export const getBucketLocation: Handler = ({ buckets, target }) => {
  buckets.get(target.bucket);
  return xmlAnswer(xmlDocument('LocationConstraint', {}));
};
