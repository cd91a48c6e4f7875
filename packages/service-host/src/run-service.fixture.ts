import { defineQueue } from '@batchmill/contracts';
import { done } from '@batchmill/queue';
import { z } from 'zod';
import { baseConfigShape } from './base-config.ts';
import { consume } from './consume.ts';
import { runService } from './run-service.ts';

/** A service for the tests, which behaves as its variable says. */
const BEHAVIOURS = ['good', 'fails-to-start', 'crashes', 'rejects', 'never-closes', 'is-wedged'] as const;

const crash = (): never => {
  throw new Error('nobody caught me');
};

const queue = defineQueue<{ id: string }>({
  name: process.env['QUEUE'] ?? '',
  payload: z.object({ id: z.string() }),
  messageId: ({ id }) => `fixture-${id}`,
  attempts: 1,
  backoffMs: 10,
});

await runService({
  name: 'fixture',
  config: z.object({ ...baseConfigShape, BEHAVIOUR: z.enum(BEHAVIOURS) }),
  start: async (context) => {
    const { config, log, backends } = context;
    if (config.BEHAVIOUR === 'fails-to-start') throw new Error('no room');
    if (config.BEHAVIOUR === 'crashes') setTimeout(() => crash(), 50);
    if (config.BEHAVIOUR === 'rejects') setTimeout(() => void Promise.reject(new Error('nobody caught me')), 50);
    if (config.BEHAVIOUR === 'is-wedged') context.endProcess?.(new Error('nobody caught me'));
    const service = consume(context, queue, async ({ id }) => {
      log.info({ id, key: process.env['S3_SECRET_ACCESS_KEY'] }, 'handled');
      return done;
    });
    await backends.queues.send(queue, { id: 'a' });
    if (config.BEHAVIOUR === 'never-closes') return { close: () => new Promise(() => undefined) };
    return service;
  },
});
