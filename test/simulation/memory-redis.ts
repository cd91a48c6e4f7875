import type { RedisCommands } from '@batchmill/queue';
import { QueueUnavailableError } from '@batchmill/queue';
import type { Actor, Scheduler } from './scheduler.ts';

type Argument = string | number;

/** Few of the small structures' calls are steps of their own: they decide nothing, and a crash beside them is enough. */
const STEP_SHARE = 0.1;

/** The Redis all processes of a schedule share: what stands in it may be lost at any time. */
export class MemoryRedis {
  hashes = new Map<string, Map<string, string>>();
  sets = new Map<string, Set<string>>();
  scores = new Map<string, Map<string, number>>();
  texts = new Map<string, string>();

  wipe(): void {
    this.hashes.clear();
    this.sets.clear();
    this.scores.clear();
    this.texts.clear();
  }

  hash(key: string): Map<string, string> {
    const known = this.hashes.get(key) ?? new Map<string, string>();
    this.hashes.set(key, known);
    return known;
  }

  set(key: string): Set<string> {
    const known = this.sets.get(key) ?? new Set<string>();
    this.sets.set(key, known);
    return known;
  }

  score(key: string): Map<string, number> {
    const known = this.scores.get(key) ?? new Map<string, number>();
    this.scores.set(key, known);
    return known;
  }
}

export const redisOf = (
  shared: MemoryRedis,
  scheduler: Scheduler,
  actor: Actor,
  fails: () => boolean,
): RedisCommands => {
  const call = (label: string, perform: () => unknown): Promise<unknown> =>
    scheduler.touch(
      actor,
      `redis ${label}`,
      () => {
        if (fails()) throw new QueueUnavailableError(`Redis does not answer (${label})`);
        return perform();
      },
      STEP_SHARE,
    );
  return {
    key: (...parts) => parts.join(':'),
    command: (name, ...values) => call(`${name} ${values[0]}`, () => command(shared, name, values)),
    run: (_, keys, values) => call(`script ${keys[0]}`, () => script(shared, keys, values)),
    subscribe: async () => async () => undefined,
  };
};

const command = (redis: MemoryRedis, name: string, values: Argument[]): unknown => {
  const [key = '', first = '', second = ''] = values.map(String);
  switch (name) {
    case 'GET':
      return redis.texts.get(key) ?? null;
    case 'SET':
      return redis.texts.set(key, first);
    case 'DEL':
      return [redis.hashes, redis.sets, redis.scores, redis.texts].some((kind) => kind.delete(key));
    case 'HSET':
      return redis.hash(key).set(first, second);
    case 'HDEL':
      return redis.hash(key).delete(first);
    case 'HVALS':
      return [...redis.hash(key).values()];
    case 'HGETALL':
      return [...redis.hash(key)].flat();
    case 'ZADD':
      return redis.score(key).set(second, Number(first));
    case 'ZREM':
      return redis.score(key).delete(first);
    case 'ZRANGEBYSCORE': {
      const found = [...redis.score(key)].filter(([, score]) => score <= Number(second));
      return found.sort(([, a], [, b]) => a - b).map(([member]) => member);
    }
    case 'SMEMBERS':
      return [...redis.set(key)];
    case 'SCARD':
      return redis.set(key).size;
    case 'PUBLISH':
      return 0;
    default:
      throw new Error(`the simulated Redis does not know ${name}`);
  }
};

/** The scripts of packages/queue, told apart by the structure they work on; each has its test against a real Redis there. */
const script = (redis: MemoryRedis, keys: string[], values: Argument[]): unknown => {
  const [key = '', other = ''] = keys;
  const [first = '', second = '', third = ''] = values.map(String);
  switch (key.split(':')[0]) {
    case 'budget': {
      const entries = redis.hash(key);
      if (entries.has(first)) return 1;
      if (Number(third) >= 0 && sum(entries) + Number(second) > Number(third)) return 0;
      entries.set(first, second);
      return 1;
    }
    case 'pool':
      return values.length === 4 ? reserve(redis, keys, values) : release(redis, keys, values);
    case 'in-flight':
      if (values.length === 3) {
        redis.hash(key).set(second, third);
        return redis.set(other).add(first);
      }
      redis.hash(key).delete(second);
      return redis.hash(key).size === 0 && redis.set(other).delete(first);
    case 'closed':
      return redis.set(key).add(first).size;
    case 'progress':
      return redis.hash(key).set(first, third);
    default:
      throw new Error(`the simulated Redis does not know the script for ${key}`);
  }
};

const reserve = (redis: MemoryRedis, [pool = '', line = '']: string[], values: Argument[]): string => {
  const [name = '', tokens = '', limit = '', place = ''] = values.map(String);
  const entries = redis.hash(pool);
  const waiting = redis.set(line);
  if (entries.has(name)) return 'reserved';
  const held = sum(entries);
  const fits = Number(limit) < 0 || held + Number(tokens) <= Number(limit);
  if (!fits && held > 0) {
    waiting.add(place);
    return 'full';
  }
  entries.set(name, tokens);
  waiting.delete(place);
  return fits ? 'reserved' : 'too-large';
};

const release = (redis: MemoryRedis, [pool = '', line = '']: string[], values: Argument[]): string[] => {
  const [name = '', place = ''] = values.map(String);
  const waiting = redis.set(line);
  waiting.delete(place);
  const held = redis.hash(pool).get(name);
  if (held === undefined) return [];
  redis.hash(pool).delete(name);
  let room = Number(held);
  const next: string[] = [];
  for (const one of waiting) {
    const [submission = '', tokens = ''] = one.split('|');
    room -= Number(tokens);
    if (room < 0 && next.length > 0) break;
    waiting.delete(one);
    next.push(submission);
  }
  return next;
};

const sum = (entries: Map<string, string>): number =>
  [...entries.values()].reduce((total, value) => total + Number(value), 0);
