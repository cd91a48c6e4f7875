import { z } from 'zod';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const positiveInteger = () => z.coerce.number().int().positive();

const text = (pattern: RegExp, expected: string) => z.string(expected).regex(pattern, expected);

/** The variables every service has. */
export const baseConfigShape = {
  REDIS_URL: text(
    /^(rediss?|unix):\/\/./,
    'redis://host:6379, rediss://user:password@host:6379 or unix:///path/to/socket',
  ).describe('Redis that holds the queues'),
  BATCHMILL_STORE: text(/^(file:\/\/\/|s3:\/\/)./, 'file:///absolute/folder or s3://bucket/prefix').describe(
    'Object store that holds the ledger and the data',
  ),
  S3_ENDPOINT: z.url().optional().describe('Address of an S3 store other than AWS'),
  S3_REGION: z.string().optional().describe('Region of the S3 store'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('S3 access key; without it the usual AWS places are looked at'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('S3 secret key'),
  BATCHMILL_SINGLE_WRITER: z
    .stringbool()
    .default(false)
    .describe('Accept a store that does not keep write-once records; only safe with one process per service'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe('Least severe log records to write'),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65535).optional().describe('Port of /healthz, /readyz, /metrics'),
  HEALTH_HOST: z.string().default('0.0.0.0').describe('Address the health port listens on'),
  CONCURRENCY: positiveInteger().default(4).describe('Messages worked on at once'),
  MAX_CRASHES: positiveInteger()
    .default(3)
    .describe('Deaths of a process during the same message before its work is given up'),
  SHUTDOWN_DEADLINE_MS: positiveInteger().default(25_000).describe('Longest orderly shutdown (ms)'),
};

const baseConfigSchema = z.object(baseConfigShape);
export type BaseConfig = z.infer<typeof baseConfigSchema>;
