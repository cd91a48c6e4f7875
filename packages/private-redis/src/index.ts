export { findRedisServer } from './find-redis-server.ts';
export type { FindOptions } from './find-redis-server.ts';
export type { RedisServer } from './redis-server.ts';
export type { RedisConnection } from './ask-redis.ts';
export { startPrivateRedis } from './start-private-redis.ts';
export type { PrivateRedis, PrivateRedisOptions } from './start-private-redis.ts';
