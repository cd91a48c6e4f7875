import { expect, test } from 'vitest';
import { configSchema } from './config.ts';

const ageOf = (text?: string) =>
  configSchema.safeParse({
    REDIS_URL: 'redis://localhost',
    BATCHMILL_STORE: 'file:///x',
    ...(text === undefined ? {} : { RECONCILE_BLOB_AGE_MS: text }),
  }).data?.RECONCILE_BLOB_AGE_MS;

test('blobs are collected after seven days, never, or after whatever is safe', () => {
  expect(ageOf()).toBe(7 * 24 * 3_600_000);
  expect(ageOf('0')).toBe(0);
  expect(ageOf('3600000')).toBe(3_600_000);
  for (const unsafe of ['1', '3599999', '-1', '1.5', 'week']) expect(ageOf(unsafe)).toBeUndefined();
});
