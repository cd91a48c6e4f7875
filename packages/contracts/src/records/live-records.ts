import { z } from 'zod';
import { lineBlobRefSchema } from '../blobs.ts';
import { recordBase } from './record.ts';
import { bitmapSchema } from './shard-records.ts';

/**
 * `p<m>/c<i>.json`: a checkpoint of a live part, numbered from 1 without a gap. A sitting (one runner at work on one part)
 * begins with one that holds no answers: it takes the number that any sitting before it would have to use next.
 */
export const chunkRecordSchema = z.object({
  ...recordBase,
  sitting: z.string(),
  worker: z.string(),
  /** Lines as in the files of a batch; null where there are none. */
  output: lineBlobRefSchema.nullable(),
  errors: lineBlobRefSchema.nullable(),
  /** Bits over the lines of the part's requests (bit 0 = line 1) that these files settle. */
  settled: bitmapSchema,
  /** Were the sitting killed before its next record, at most so many requests would be sent again. */
  mayRepeat: z.int().nonnegative(),
  /** Requests sent again since the sitting's last record, by reason: `rate-limited`, `timeout` … */
  retried: z.record(z.string(), z.int()),
});
export type ChunkRecord = z.infer<typeof chunkRecordSchema>;
