import type { PictureCounts } from '@batchmill/contracts';
import type { MadeRequest } from '@batchmill/prompts';

/** Counts the pictures of requests that are written. Holds a digest for each different one. */
export const createPictureTally = () => {
  const seen = new Set<string>();
  let inlined = 0;
  let originalBytes = 0;
  let sentBytes = 0;
  return {
    add(pictures: MadeRequest['pictures']): void {
      for (const picture of pictures) {
        inlined += 1;
        originalBytes += picture.originalBytes;
        sentBytes += picture.sentBytes;
        seen.add(picture.sha256);
      }
    },
    /** Of a plan: nothing where no picture was written. */
    planned: (): { pictures?: PictureCounts } =>
      inlined === 0 ? {} : { pictures: { inlined, distinct: seen.size, originalBytes, sentBytes } },
  };
};
