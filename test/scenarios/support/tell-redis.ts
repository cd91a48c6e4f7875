import { createConnection } from 'node:net';
import type { TestRedis } from '@batchmill/testkit';

/** Sends one command over a connection of its own, and waits for the answer. */
export const tellRedis = async ({ connection }: TestRedis, command: string): Promise<void> => {
  const socket = createConnection(connection);
  socket.write(`${command}\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.once('data', () => resolve());
    socket.once('error', reject);
  });
  socket.destroy();
};
