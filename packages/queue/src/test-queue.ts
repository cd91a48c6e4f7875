import { defineQueue } from '@batchmill/contracts';
import type { QueueContract } from '@batchmill/contracts';
import { z } from 'zod';
import type { ConsumerEvent } from './consumer-event.ts';

export type TestPayload = { id: string };

/** For the tests of this package: a queue of its own, quick to retry. */
export const testQueue = (name: string, overrides: Partial<QueueContract<TestPayload>> = {}) =>
  defineQueue<TestPayload>({
    name,
    payload: z.object({ id: z.string() }),
    messageId: ({ id }) => `work-${id}`,
    attempts: 3,
    backoffMs: 20,
    ...overrides,
  });

/** Collects a consumer's events, and counts those of a kind. */
export const collectEvents = () => {
  const all: ConsumerEvent[] = [];
  return {
    all,
    onEvent: (event: ConsumerEvent): void => void all.push(event),
    of: <Kind extends ConsumerEvent['kind']>(kind: Kind) =>
      all.filter((event): event is Extract<ConsumerEvent, { kind: Kind }> => event.kind === kind),
  };
};

/** A promise and the function that resolves it. */
export const gate = () => Promise.withResolvers<void>();
