import { MAX_RECORD_BYTES } from '@batchmill/contracts';

const MAX_KEY_BYTES = 200;
const ALLOWED = /^[a-z0-9._/-]*$/;

/** Refuses a key outside our grammar. Keys are built from our own ids, so a bad one is a mistake in the program. */
export const checkKey = (key: string): void => {
  checkCharacters(key);
  const segments = key.split('/');
  if (segments.some((segment) => segment === '' || segment.startsWith('.'))) throw keyError(key);
};

/** Refuses a prefix outside our grammar; it may be empty, end in `/` or stop in the middle of a name. */
export const checkPrefix = (prefix: string): void => {
  checkCharacters(prefix);
  const segments = prefix.split('/');
  if (segments.slice(0, -1).includes('') || segments.some((segment) => segment.startsWith('.'))) throw keyError(prefix);
};

/** Refuses a record that is too large to be one. */
export const checkRecordSize = (key: string, body: Uint8Array): void => {
  if (body.byteLength > MAX_RECORD_BYTES) {
    throw new RangeError(`The record "${key}" has ${body.byteLength} bytes; the most is ${MAX_RECORD_BYTES}.`);
  }
};

const checkCharacters = (key: string): void => {
  if (key.length > MAX_KEY_BYTES || !ALLOWED.test(key)) throw keyError(key);
};

const keyError = (key: string): Error =>
  new RangeError(
    `The object key ${JSON.stringify(key.slice(0, MAX_KEY_BYTES + 1))} is not allowed: at most ${MAX_KEY_BYTES} of ` +
      `a-z 0-9 - . _ /, no empty segment, none that begins with a dot.`,
  );
