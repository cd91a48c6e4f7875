import type { Bucket } from '../bucket.ts';
import type { Handler } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import type { StoredObject } from '../journal.ts';
import { xmlDocument } from '../xml.ts';

const MAX_KEYS = 1000;
/** Comes after every key that begins with what stands before it. */
const HIGHEST = '\u{10ffff}';

type Page = { objects: StoredObject[]; prefixes: string[]; resumeAt: string | undefined };

export const listObjectsV2: Handler = ({ buckets, target, struck }) => {
  const { query } = target;
  const bucket = buckets.get(target.bucket);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = query.get('start-after');
  const given = query.get('max-keys');
  const maxKeys = given === null ? MAX_KEYS : Math.min(MAX_KEYS, Number(given));
  // U+0000 is the lowest character: the first key after this one.
  const from = token === null ? (after === null ? '' : `${after}\u0000`) : Buffer.from(token, 'base64url').toString();
  const hiddenFromMs = struck.get('stale-list')?.setAtMs ?? Infinity;
  const page = pageOf(bucket, { prefix, delimiter, from, maxKeys, hiddenFromMs });
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (text: string): string => text;
  return xmlAnswer(
    xmlDocument('ListBucketResult', {
      Name: target.bucket,
      Prefix: encode(prefix),
      ...(delimiter === '' ? {} : { Delimiter: encode(delimiter) }),
      MaxKeys: maxKeys,
      KeyCount: page.objects.length + page.prefixes.length,
      IsTruncated: page.resumeAt !== undefined,
      NextContinuationToken: page.resumeAt === undefined ? undefined : Buffer.from(page.resumeAt).toString('base64url'),
      Contents: page.objects.map((object) => ({
        Key: encode(object.key),
        LastModified: new Date(object.modifiedAtMs).toISOString(),
        ETag: `"${object.etag}"`,
        Size: object.bytes,
        StorageClass: 'STANDARD',
      })),
      CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  );
};

const pageOf = (
  bucket: Bucket,
  wanted: { prefix: string; delimiter: string; from: string; maxKeys: number; hiddenFromMs: number },
): Page => {
  const page: Page = { objects: [], prefixes: [], resumeAt: undefined };
  let index = bucket.keys.indexOf(wanted.from > wanted.prefix ? wanted.from : wanted.prefix);
  while (true) {
    const key = bucket.keys.at(index);
    if (key === undefined || !key.startsWith(wanted.prefix)) return page;
    const object = bucket.get(key);
    index += 1;
    if (object === undefined || object.modifiedAtMs >= wanted.hiddenFromMs) continue;
    if (page.objects.length + page.prefixes.length >= wanted.maxKeys) return { ...page, resumeAt: key };
    const end = wanted.delimiter === '' ? -1 : key.indexOf(wanted.delimiter, wanted.prefix.length);
    if (end < 0) {
      page.objects.push(object);
      continue;
    }
    const folder = key.slice(0, end + wanted.delimiter.length);
    page.prefixes.push(folder);
    index = bucket.keys.indexOf(`${folder}${HIGHEST}`);
  }
};
