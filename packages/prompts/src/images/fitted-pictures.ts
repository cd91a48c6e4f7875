import { fitPicture } from './fit-picture.ts';
import type { Fitted, PictureSize } from './fit-picture.ts';
import type { PictureType } from './content-type.ts';

/** The size in which a model sees a picture; null where nobody knows. */
export type UsefulSize = (model: string, size: PictureSize, detail: string) => PictureSize | null;

export type PictureToFit = { bytes: Uint8Array; sha256: string; type: PictureType; model: string; detail: string };

/** Bytes of pictures that are kept because the next row may name the same. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** Fits pictures and remembers the latest, so that equal ones are decoded once. */
export const createFittedPictures = (usefulSize: UsefulSize, keptBytes = KEPT_BYTES) => {
  const known = new Map<string, { fitted: Promise<Fitted>; held: number }>();
  let held = 0;
  const forgetOldest = (): void => {
    for (const [key, entry] of known) {
      if (held <= keptBytes) return;
      // what is still being made holds nothing yet
      if (entry.held === 0) continue;
      known.delete(key);
      held -= entry.held;
    }
  };
  return async ({ bytes, sha256, type, model, detail }: PictureToFit): Promise<Fitted> => {
    const key = `${sha256} ${detail} ${model}`;
    const before = known.get(key);
    if (before !== undefined) {
      known.delete(key);
      known.set(key, before);
      return before.fitted;
    }
    const entry = { fitted: fitPicture(bytes, type, (size) => usefulSize(model, size, detail) ?? size), held: 0 };
    known.set(key, entry);
    const fitted = await entry.fitted;
    entry.held = ENTRY_BYTES + ('bytes' in fitted ? fitted.bytes.length : 0);
    held += entry.held;
    forgetOldest();
    return fitted;
  };
};

/** About what an entry costs beside its picture. */
const ENTRY_BYTES = 500;
