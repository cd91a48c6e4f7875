import { contentTypeOf } from './content-type.ts';
import type { PictureType } from './content-type.ts';
import { framesOf } from './frame-count.ts';

/** A picture that models take, or why it is none: a stable code, and what the bytes are, to be put after "the picture X …". */
export type PictureVerdict = { type: PictureType } | { code: 'image-not-a-picture' | 'image-animated'; what: string };

/** Judges by content alone. Of a beginning (`isWhole: false`) it is refused only what the beginning proves. */
export const judgePicture = (bytes: Uint8Array, isWhole = true): PictureVerdict => {
  if (bytes.length === 0) return { code: 'image-not-a-picture', what: 'is empty' };
  const found = contentTypeOf(bytes);
  if (found === null || 'other' in found) {
    const is = found === null ? 'is no picture' : `is ${found.other}`;
    return { code: 'image-not-a-picture', what: `${is} by its content; ${EXPECTED}` };
  }
  const { picture: type } = found;
  if (framesOf(type, bytes, isWhole) !== 'many') return { type };
  return { code: 'image-animated', what: `is ${ANIMATED[type]} with several frames; ${EXPECTED}` };
};

const EXPECTED = 'expected PNG, JPEG, WebP or GIF with a single frame';

const ANIMATED: Record<PictureType, string> = {
  'image/gif': 'a GIF',
  'image/webp': 'a WebP animation',
  'image/png': 'a PNG animation (APNG)',
  'image/jpeg': 'a JPEG',
};
