import { Readable } from 'node:stream';
import { DEFAULT_TENANT, isFinalState } from '@batchmill/contracts';
import type { JobRecord } from '@batchmill/contracts';
import { progress } from '@batchmill/queue';
import { z } from 'zod';
import { findJob } from '../find-job.ts';
import { jobStatus } from '../job-status.ts';
import type { Ports, Routes } from './ports.ts';
import { typed } from './typed.ts';

const SHORTEST_PAUSE_MS = 500;
// messages of Redis may be lost: look by ourselves now and then
const LONGEST_PAUSE_MS = 3000;

export const eventRoutes: Routes = (app, ports) => {
  typed(app).get(
    '/v1/jobs/:id/events',
    {
      schema: {
        tags: ['jobs'],
        summary: 'Server-sent events: full snapshots, at most two a second, until the job is final',
        params: z.object({ id: z.string() }),
      },
    },
    async (request, reply) => {
      const job = await findJob(ports, DEFAULT_TENANT, request.params.id);
      const stream = Readable.from(snapshots(ports, job));
      request.raw.once('close', () => stream.destroy());
      return reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store').send(stream);
    },
  );
};

async function* snapshots(ports: Ports, job: JobRecord): AsyncGenerator<string> {
  let changed = Promise.withResolvers<void>();
  const unsubscribe = await progress(ports.queues.redis).subscribe(job, () => changed.resolve());
  try {
    for (;;) {
      changed = Promise.withResolvers<void>();
      const status = await jobStatus(ports, job);
      yield `event: status\ndata: ${JSON.stringify(status)}\n\n`;
      if (isFinalState(status.state)) return;
      await pause(SHORTEST_PAUSE_MS);
      await Promise.race([changed.promise, pause(LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS)]);
    }
  } finally {
    await unsubscribe();
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
