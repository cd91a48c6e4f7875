import { connectQueues, done } from '@batchmill/queue';
import { setTimeout as delay } from 'node:timers/promises';
import { work } from './queue-crash.contract.ts';

/** A worker process that one message kills, as running out of memory would. Tells what it did on stdout. */
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const queues = connectQueues({ path: process.argv[2] ?? '' });
const consumer = queues.consume(
  work,
  async ({ id }) => {
    if (id === 'poison') {
      await delay(20);
      process.kill(process.pid, 'SIGKILL');
    }
    await delay(50);
    tell(`done ${id}`);
    return done;
  },
  {
    concurrency: 4,
    lockMs: 500,
    onQuarantine: async ({ id }, { code }) => tell(`quarantined ${id} ${code}`),
  },
);
await consumer.ready();
