import { expect, test } from 'vitest';
import { runRounds } from './run-rounds.ts';

const failed = (): void => undefined;

test('R17 closing waits for the running round, and no other begins', async () => {
  const running = Promise.withResolvers<void>();
  let rounds = 0;
  const round = (): Promise<void> => {
    rounds += 1;
    return running.promise;
  };
  const loop = runRounds(round, 1, failed);
  let closed = false;
  const closing = loop.close(10_000).then(() => (closed = true));
  await Promise.resolve();
  expect(closed).toBe(false);
  running.resolve();
  await closing;
  expect(rounds).toBe(1);
});

test('R17 a round that does not end, as without Redis, holds up the end only until the deadline', async () => {
  const loop = runRounds(() => new Promise(() => undefined), 1, failed);
  const startedAtMs = performance.now();
  await loop.close(50);
  expect(performance.now() - startedAtMs).toBeLessThan(2000);
});
