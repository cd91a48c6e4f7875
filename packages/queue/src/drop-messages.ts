import type { RedisCommands } from './redis/commands.ts';

const KEYS_AT_ONCE = 500;

/**
 * Forgets every message, running ones included, so that nobody waits for the locks of dead workers. Counts of deaths stay.
 * Only for an owner who knows that no worker is alive; what is to be done the ledger says.
 */
export const dropMessages = async (redis: RedisCommands, queues: readonly { name: string }[]): Promise<void> => {
  for (const { name } of queues) {
    let cursor = '0';
    do {
      const pattern = `${redis.key(name).replaceAll(/[[\]*?\\]/g, String.raw`\$&`)}:*`;
      const answer = await redis.command('SCAN', cursor, 'MATCH', pattern, 'COUNT', KEYS_AT_ONCE);
      const [next, keys] = answer as [string, string[]];
      if (keys.length > 0) await redis.command('UNLINK', ...keys);
      cursor = next;
    } while (cursor !== '0');
  }
};
