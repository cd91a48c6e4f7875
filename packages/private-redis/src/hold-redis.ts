import { startPrivateRedis } from './start-private-redis.ts';

/** For the tests: an owner that starts a Redis, tells its pid, and then does nothing until it is killed. */
const redis = await startPrivateRedis({ dir: process.argv[2] ?? '' });
process.stdout.write(`${redis.pid}\n`);
setInterval(() => undefined, 60_000);
