import { hash } from 'node:crypto';
import { RowRequestError } from '../row-request-error.ts';
import { createFittedPictures } from './fitted-pictures.ts';
import type { UsefulSize } from './fitted-pictures.ts';
import { judgePicture } from './judge-picture.ts';

/** A picture that stands in a request itself. `sha256` is that of what was given. */
export type InlinePicture = { url: string; sha256: string; originalBytes: number; sentBytes: number };

export type InlineOptions = {
  /** What a message calls it: `the picture "a.jpg"`. */
  shown: string;
  model: string;
  /** `auto` where the pipeline says nothing. */
  detail: string;
  /** Sent as it is, however large. */
  keepsSize: boolean;
};

/** Throws RowRequestError where it is no picture that models take. */
export type PictureInliner = (bytes: Uint8Array, options: InlineOptions) => Promise<InlinePicture>;

/** Of one picture, before it is put into base64. Source: OpenAI's limit for pictures in requests, 50 MB in all. */
export const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** Puts pictures into data URLs: typed by their content, and in the size in which the model sees them where that is known. */
export const createPictureInliner = (usefulSize?: UsefulSize): PictureInliner => {
  const fit = usefulSize === undefined ? undefined : createFittedPictures(usefulSize);
  return async (bytes, { shown, model, detail, keepsSize }) => {
    if (bytes.length > MAX_IMAGE_BYTES) {
      const message = `${shown} has ${bytes.length} bytes; at most ${MAX_IMAGE_BYTES} can be sent`;
      throw new RowRequestError('image-too-large', message);
    }
    const verdict = judgePicture(bytes);
    if ('code' in verdict) throw new RowRequestError(verdict.code, `${shown} ${verdict.what}`);
    const { type } = verdict;
    const sha256 = hash('sha256', bytes, 'hex');
    const fitted = fit === undefined || keepsSize ? { bytes } : await fit({ bytes, sha256, type, model, detail });
    if ('code' in fitted) throw new RowRequestError(fitted.code, `${shown} ${fitted.what}`);
    const { bytes: sent } = fitted;
    return { url: dataUrl(type, sent), sha256, originalBytes: bytes.length, sentBytes: sent.length };
  };
};

export const dataUrl = (type: string, bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
