import { z } from 'zod';

/** Pictures that were put into requests themselves, but for plots. A row that is asked again counts again. */
export const pictureCountsSchema = z.object({
  inlined: z.int().nonnegative(),
  /** Equal ones counted once within an attempt of a shard. */
  distinct: z.int().nonnegative(),
  /** Before base64: as they were given, and as they were sent. The difference was saved. */
  originalBytes: z.int().nonnegative(),
  sentBytes: z.int().nonnegative(),
});
export type PictureCounts = z.infer<typeof pictureCountsSchema>;

export const noPictures: PictureCounts = { inlined: 0, distinct: 0, originalBytes: 0, sentBytes: 0 };

export const addPictureCounts = (a: PictureCounts, b: PictureCounts): PictureCounts => ({
  inlined: a.inlined + b.inlined,
  distinct: a.distinct + b.distinct,
  originalBytes: a.originalBytes + b.originalBytes,
  sentBytes: a.sentBytes + b.sentBytes,
});
