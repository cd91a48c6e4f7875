import type { QueueContract } from '@batchmill/contracts';
import { settlesWithin } from './close-worker.ts';
import { openClient } from './connection.ts';
import type { QueueConnection } from './connection.ts';
import { consume } from './consume.ts';
import type { ConsumeOptions, Consumer } from './consume.ts';
import { QueueUnavailableError, withinDeadline } from './errors.ts';
import { ensureTicks, keepTicking } from './every.ts';
import type { Handler } from './handler.ts';
import { messageMarks } from './message-marks.ts';
import type { MessageMarks } from './message-marks.ts';
import { messageQueue } from './message-queue.ts';
import type { MessageQueue } from './message-queue.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { redisRoom } from './redis-room.ts';
import { createRedisCommands } from './redis/commands.ts';
import type { RedisCommands } from './redis/commands.ts';

export type QueueCounts = { waiting: number; active: number; delayed: number; failed: number };

export interface Queues {
  /**
   * Asks for a piece of work. While the same message (by the contract's id) waits, nothing is added; where it waits for a
   * later time it is brought forward; while it is being worked on, it runs once more afterwards.
   * Throws a QueueUnavailableError when Redis does not answer, a ZodError when the payload does not fit.
   */
  send<Payload>(contract: QueueContract<Payload>, payload: Payload, options?: { delayMs?: number }): Promise<void>;
  consume<Payload>(
    contract: QueueContract<Payload>,
    handler: Handler<Payload>,
    options: ConsumeOptions<Payload>,
  ): Consumer;
  /**
   * One message every `intervalMs`, however many processes ask for it; looked after until `close`, also where Redis cannot
   * take it now.
   */
  every<Payload>(contract: QueueContract<Payload>, payload: Payload, intervalMs: number): Promise<void>;
  counts<Payload>(contract: QueueContract<Payload>): Promise<QueueCounts>;
  readonly redis: RedisCommands;
  ping(): Promise<void>;
  /** Consumers are closed by who opened them, before this. */
  close(): Promise<void>;
}

export type QueuesOptions = {
  /** Start of every key. In braces: with Redis Cluster all keys must share a slot. */
  prefix?: string;
  /** Limit of every call. */
  timeoutMs?: number;
  /** A worker's connection that owes an answer for so long is made anew; that of calls after `timeoutMs`. */
  silenceMs?: number;
  /** How often chains of ticks are looked after. */
  tickCheckMs?: number;
};

type Opened<Payload> = { queue: MessageQueue<Payload>; marks: MessageMarks };

/** The queues of one Redis. Connects on the first use; Redis may be down at that moment. */
export const connectQueues = (connection: QueueConnection, options: QueuesOptions = {}): Queues => {
  const { prefix = '{batchmill}', timeoutMs = 5000, silenceMs, tickCheckMs } = options;
  const client = openClient(connection, timeoutMs);
  client.on('error', () => undefined); // It reconnects by itself; whoever waits is told by the deadline.
  const redis = createRedisCommands(client, prefix, timeoutMs);
  const suspects = oneAtATime();
  const room = redisRoom(redis);
  const ping = async (): Promise<void> => void (await redis.command('PING'));
  const end = new AbortController();
  const keepers = new Map<string, { stop(): void }>();
  const opened = new Map<string, Opened<never>>();

  const open = <Payload>(contract: QueueContract<Payload>): Opened<Payload> => {
    const known = opened.get(contract.name);
    if (known !== undefined) return known;
    const marks = messageMarks(redis, contract.name, end.signal);
    const queue = messageQueue(contract, client, prefix, marks);
    queue.bull.on('error', () => undefined);
    opened.set(contract.name, { queue, marks });
    return { queue, marks };
  };

  return {
    redis,
    send: async (contract, payload, { delayMs = 0 } = {}) => {
      const { queue } = open(contract);
      await withinDeadline(queue.send(payload, Date.now() + delayMs), timeoutMs, `send to ${contract.name}`);
    },
    consume: (contract, handler, consumeOptions) => {
      const { queue, marks } = open(contract);
      return consume(
        { contract, connection, silenceMs, prefix, queue, marks, suspects, room, ping },
        handler,
        consumeOptions,
      );
    },
    every: async (contract, payload, intervalMs) => {
      const { queue } = open(contract);
      const what = `schedule ${contract.name}`;
      const ensure = () => withinDeadline(ensureTicks(queue.bull, contract, payload, intervalMs), timeoutMs, what);
      const name = `${contract.name} ${contract.messageId(payload)}`;
      keepers.get(name)?.stop();
      keepers.set(name, keepTicking(ensure, tickCheckMs));
      await ensure().catch((error: unknown) => {
        if (!(error instanceof QueueUnavailableError)) throw error;
      });
    },
    counts: async (contract) => {
      const counts = open(contract).queue.bull.getJobCounts('wait', 'active', 'delayed', 'failed');
      const { wait = 0, active = 0, delayed = 0, failed = 0 } = await withinDeadline(counts, timeoutMs, 'counts');
      return { waiting: wait, active, delayed, failed };
    },
    ping,
    close: async () => {
      end.abort();
      for (const keeper of keepers.values()) keeper.stop();
      redis.close();
      const closed = Promise.all([...opened.values()].map(({ queue }) => queue.bull.close()));
      await settlesWithin(closed, 1000);
      client.disconnect();
    },
  };
};
