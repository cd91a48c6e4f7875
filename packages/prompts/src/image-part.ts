import type { ContentPart, Fields, Json } from '@batchmill/contracts';
import { compileTemplate } from '@batchmill/templates';
import { imageType } from './image-type.ts';
import { compilePlot } from './plot-picture.ts';
import type { PlotRenderer } from './plots/plot-renderer.ts';
import { RowRequestError, shortened } from './row-request-error.ts';

/** Pictures a user gave with the job, by the path that stands in the data. */
export type ImageSource = { open(path: string): Promise<{ bytes: Uint8Array } | null> };

export type ImageAdapters = { images?: ImageSource | undefined; plots: PlotRenderer };

type Image = Extract<ContentPart, { image: unknown }>['image'];

/** Of one picture, before it is put into base64. Source: OpenAI's limit for pictures in requests, 50 MB in all. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

/** The `image_url` part of a message for a row. */
export const compileImagePart = (image: Image, adapters: ImageAdapters): ((scope: Fields) => Promise<Json>) => {
  const address = addressMaker(image, adapters);
  const detail: Fields = image.detail === undefined ? {} : { detail: image.detail };
  return async (scope) => ({ type: 'image_url', image_url: { url: await address(scope), ...detail } });
};

const addressMaker = (image: Image, { images, plots }: ImageAdapters): ((scope: Fields) => Promise<string>) => {
  if (image.url !== undefined) {
    const url = compileTemplate(image.url);
    return async (scope) => webAddress(url.render(scope).trim());
  }
  if (image.path !== undefined) {
    const path = compileTemplate(image.path);
    return async (scope) => inlined(path.render(scope), images);
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

const INLINE_PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/;

const webAddress = (url: string): string => {
  if (INLINE_PICTURE.test(url)) return url;
  const { protocol, hostname } = URL.parse(url) ?? {};
  if ((protocol === 'http:' || protocol === 'https:') && hostname !== '') return url;
  const found = url === '' ? 'empty' : `"${shortened(url)}"`;
  throw new RowRequestError(
    'image-address',
    `the picture's address is ${found}; expected http://…, https://…, or data:image/… in base64 (png, jpeg, gif, webp)`,
  );
};

const inlined = async (path: string, images: ImageSource | undefined): Promise<string> => {
  const found = path === '' ? null : ((await images?.open(path)) ?? null);
  if (found === null) {
    throw new RowRequestError('image-missing', `the picture "${shortened(path)}" was not given with the job`);
  }
  const { bytes } = found;
  if (bytes.length > MAX_IMAGE_BYTES) {
    const message = `the picture "${shortened(path)}" has ${bytes.length} bytes; at most ${MAX_IMAGE_BYTES} can be sent`;
    throw new RowRequestError('image-too-large', message);
  }
  const type = imageType(bytes);
  if (type === null) {
    const what = bytes.length === 0 ? 'is empty' : 'is no PNG, JPEG, GIF or WebP by its content';
    throw new RowRequestError('image-not-a-picture', `the file "${shortened(path)}" ${what}`);
  }
  return dataUrl(type, bytes);
};

const dataUrl = (type: string, bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;
