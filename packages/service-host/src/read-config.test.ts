import { InputError } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { baseConfigShape } from './base-config.ts';
import { readConfig } from './read-config.ts';
import type { Environment } from './read-config.ts';

const schema = z.object({
  ...baseConfigShape,
  TICK_MS: z.coerce.number().int().min(50).default(1000).describe('How often to look (ms)'),
});

const good = { REDIS_URL: 'redis://localhost:6379', BATCHMILL_STORE: 'file:///data' };

const problemsOf = (env: Environment) => {
  try {
    readConfig(schema, env);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

describe('reading the configuration', () => {
  test('two variables are enough; everything else has a default', () => {
    expect(readConfig(schema, good)).toEqual({
      ...good,
      BATCHMILL_SINGLE_WRITER: false,
      LOG_LEVEL: 'info',
      HEALTH_HOST: '0.0.0.0',
      CONCURRENCY: 4,
      MAX_CRASHES: 3,
      SHUTDOWN_DEADLINE_MS: 25_000,
      TICK_MS: 1000,
    });
  });

  test('an empty variable counts as not set, and numbers are numbers', () => {
    const config = readConfig(schema, { ...good, LOG_LEVEL: '', HEALTH_PORT: '', CONCURRENCY: '7' });
    expect(config).toMatchObject({ LOG_LEVEL: 'info', CONCURRENCY: 7 });
    expect(config.HEALTH_PORT).toBeUndefined();
  });

  test('every mistake is reported at once, with the variable, what it holds and what it should', () => {
    const error = problemsOf({ BATCHMILL_STORE: '/data', CONCURRENCY: 'many', LOG_LEVEL: 'loud', TICK_MS: '10' });
    expect(error.problems.map((problem) => problem.place?.path)).toEqual([
      'REDIS_URL',
      'BATCHMILL_STORE',
      'LOG_LEVEL',
      'CONCURRENCY',
      'TICK_MS',
    ]);
    expect(error.message.split('\n')).toEqual([
      'REDIS_URL: is not set (Redis that holds the queues) (expected redis://host:6379, rediss://user:password@host:6379 or unix:///path/to/socket)',
      'BATCHMILL_STORE: has a value that cannot be used (Object store that holds the ledger and the data) (found "/data"; expected file:///absolute/folder or s3://bucket/prefix)',
      expect.stringMatching(/^LOG_LEVEL: .* \(found "loud"; expected one of "trace"\|"debug"\|"info"/),
      'CONCURRENCY: has a value that cannot be used (Messages worked on at once) (found "many"; expected number)',
      'TICK_MS: has a value that cannot be used (How often to look (ms)) (found "10"; expected number to be >=50)',
    ]);
  });

  test('the value of a secret is never shown', () => {
    const error = problemsOf({
      ...good,
      REDIS_URL: 'rediz://user:hunter22@redis:6379',
      S3_SECRET_ACCESS_KEY: 'abc',
      S3_ENDPOINT: 'no address',
    });
    expect(error.message).not.toContain('hunter22');
    expect(error.message).toContain('a value that is not shown here');
    expect(error.message).toContain('found "no address"');
  });
});
