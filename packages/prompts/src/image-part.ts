import type { ContentPart, Fields, Json } from '@batchmill/contracts';
import { compileTemplate } from '@batchmill/templates';
import { readImageAddress } from './images/image-address.ts';
import { dataUrl } from './images/inline-picture.ts';
import type { InlinePicture, PictureInliner } from './images/inline-picture.ts';
import { compilePlot } from './plot-picture.ts';
import type { PlotRenderer } from './plots/plot-renderer.ts';
import { RowRequestError, shortened } from './row-request-error.ts';

/** Why a picture cannot be had: a stable code, and a sentence that names it and what to change. */
export type PictureProblem = { code: string; message: string };

/** Pictures by what a `path` gives: what was sent along with the job, objects of buckets. null: there is none of that name. */
export type ImageSource = { open(path: string): Promise<{ bytes: Uint8Array } | PictureProblem | null> };

/** Looks whether a web address can be fetched and is a picture; null: it is. */
export type LinkCheck = (url: string) => Promise<PictureProblem | null>;

export type ImageAdapters = {
  images?: ImageSource | undefined;
  /** Absent: addresses are passed on as they are. */
  links?: LinkCheck | undefined;
  inline: PictureInliner;
  plots: PlotRenderer;
};

/** The request that is being made: who is asked, and the pictures that stand in it themselves. */
export type RequestBeingMade = { model: string; pictures: InlinePicture[] };

type Image = Extract<ContentPart, { image: unknown }>['image'];
type AddressMaker = (scope: Fields, request: RequestBeingMade) => Promise<string>;

/** The `image_url` part of a message for a row. */
export const compileImagePart = (
  image: Image,
  adapters: ImageAdapters,
): ((scope: Fields, request: RequestBeingMade) => Promise<Json>) => {
  const address = addressMaker(image, adapters);
  const detail: Fields = image.detail === undefined ? {} : { detail: image.detail };
  return async (scope, request) => ({
    type: 'image_url',
    image_url: { url: await address(scope, request), ...detail },
  });
};

const addressMaker = (image: Image, { images, links, inline, plots }: ImageAdapters): AddressMaker => {
  const { detail = 'auto', downscale = true } = image;
  const put = async (bytes: Uint8Array, shown: string, { model, pictures }: RequestBeingMade): Promise<string> => {
    const picture = await inline(bytes, { shown, model, detail, keepsSize: !downscale });
    pictures.push(picture);
    return picture.url;
  };
  if (image.url !== undefined) {
    const url = compileTemplate(image.url);
    return async (scope, request) => {
      const found = readImageAddress(url.render(scope).trim());
      if ('bytes' in found) return put(found.bytes, 'the picture in the data URL', request);
      const problem = (await links?.(found.url)) ?? null;
      if (problem !== null) throw new RowRequestError(problem.code, problem.message);
      return found.url;
    };
  }
  if (image.path !== undefined) {
    const path = compileTemplate(image.path);
    return async (scope, request) => {
      const name = path.render(scope).trim();
      return put(await bytesAt(name, images), `the picture "${shortened(name)}"`, request);
    };
  }
  if (image.plot !== undefined) {
    const picture = compilePlot(image.plot, plots);
    return async (scope) => {
      const { type, bytes } = await picture(scope);
      return dataUrl(type, bytes);
    };
  }
  throw new Error('an image part needs one of url, path and plot');
};

const bytesAt = async (path: string, images: ImageSource | undefined): Promise<Uint8Array> => {
  if (path === '') throw new RowRequestError('image-missing', "the picture's path is empty");
  const found = (await images?.open(path)) ?? null;
  if (found !== null && 'bytes' in found) return found.bytes;
  if (found !== null) throw new RowRequestError(found.code, found.message);
  const hint = /^(https?|data):/i.test(path) ? 'a web address is named by "url"' : NOT_SENT;
  throw new RowRequestError('image-missing', `the picture "${shortened(path)}" was not given with the job: ${hint}`);
};

const NOT_SENT =
  'sent along are the files that fields of the source name; a path that a step makes can only be one of these, or s3://bucket/key';
