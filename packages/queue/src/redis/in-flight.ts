import type { SubmissionRef } from '@batchmill/contracts';
import { submissionRefSchema } from '@batchmill/contracts';
import type { RedisCommands } from './commands.ts';
import { defineScript } from './script.ts';

/** The batches a provider account is working on, so that a poll need not walk the ledger. */
export type InFlight = {
  add(account: string, batchId: string, submission: SubmissionRef): Promise<void>;
  remove(account: string, batchId: string): Promise<void>;
  list(account: string): Promise<Map<string, SubmissionRef>>;
  /** Accounts with at least one batch. */
  accounts(): Promise<string[]>;
};

export const inFlight = (redis: RedisCommands): InFlight => {
  const batches = (account: string): string => redis.key('in-flight', account);
  const accounts = redis.key('in-flight-accounts');
  return {
    add: async (account, batchId, submission) =>
      void (await redis.run(ADD, [batches(account), accounts], [account, batchId, JSON.stringify(submission)])),
    remove: async (account, batchId) =>
      void (await redis.run(REMOVE, [batches(account), accounts], [account, batchId])),
    list: async (account) => {
      const flat = (await redis.command('HGETALL', batches(account))) as string[];
      const found = new Map<string, SubmissionRef>();
      for (let i = 0; i + 1 < flat.length; i += 2) {
        found.set(flat[i] ?? '', submissionRefSchema.parse(JSON.parse(flat[i + 1] ?? '')));
      }
      return found;
    },
    accounts: async () => ((await redis.command('SMEMBERS', accounts)) as string[]).sort(),
  };
};

const ADD = defineScript(`
  redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
  redis.call('SADD', KEYS[2], ARGV[1])
`);

const REMOVE = defineScript(`
  redis.call('HDEL', KEYS[1], ARGV[2])
  if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SREM', KEYS[2], ARGV[1]) end
`);
