import { defineQueue } from '@batchmill/contracts';
import { z } from 'zod';

export const work = defineQueue<{ id: string }>({
  name: 'crash-work',
  payload: z.object({ id: z.string() }),
  messageId: ({ id }) => `work-${id}`,
  attempts: 2,
  backoffMs: 50,
});
