export { startTestRedis } from './redis/start-test-redis.ts';
export type { TestRedis } from './redis/start-test-redis.ts';
export { startS3Server } from './s3-server/start-s3-server.ts';
export type { S3Server, S3ServerOptions } from './s3-server/start-s3-server.ts';
export type { Fault, FaultKind, Faults } from './s3-server/faults.ts';
export { presign } from './s3-server/presign.ts';
export { startFaultProxy } from './fault-proxy.ts';
export type { FaultProxy, FaultProxyMode } from './fault-proxy.ts';
