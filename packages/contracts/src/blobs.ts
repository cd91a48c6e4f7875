import { z } from 'zod';

/** A blob that a record has made real: where it is, how long (bytes), its SHA-256 in hex. */
export const blobRefSchema = z.object({
  key: z.string(),
  bytes: z.int().nonnegative(),
  sha256: z.string().length(64),
});
export type BlobRef = z.infer<typeof blobRefSchema>;

/** A blob of lines, with their number. */
export const lineBlobRefSchema = blobRefSchema.extend({ lines: z.int().nonnegative() });
export type LineBlobRef = z.infer<typeof lineBlobRefSchema>;
