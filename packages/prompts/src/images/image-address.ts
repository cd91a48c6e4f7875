import { RowRequestError, shortened } from '../row-request-error.ts';

/** A picture on the web, or one that stands in its address. */
export type ImageAddress = { url: string } | { bytes: Uint8Array };

const DATA_URL = /^data:image\/[\w.+-]+(?:;[\w=.+-]+)*;base64,/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Reads what a template over `url` gave. Throws RowRequestError for all that no model could be sent. */
export const readImageAddress = (url: string): ImageAddress => {
  const [start] = DATA_URL.exec(url.slice(0, 200)) ?? [];
  if (start !== undefined) {
    const base64 = url.slice(start.length);
    if (BASE64.test(base64)) return { bytes: Buffer.from(base64, 'base64') };
    throw new RowRequestError('image-address', `the picture in the address "${start}…" is no base64`);
  }
  const { protocol, hostname } = URL.parse(url) ?? {};
  if ((protocol === 'http:' || protocol === 'https:') && hostname !== '') return { url };
  if (protocol === 's3:') {
    throw new RowRequestError(
      'image-address',
      `an object such as "${shortened(url)}" is named by "path", not by "url"`,
    );
  }
  const found = url === '' ? 'empty' : `"${shortened(url)}"`;
  throw new RowRequestError(
    'image-address',
    `the picture's address is ${found}; expected http://…, https://…, or data:image/… in base64 (png, jpeg, gif, webp)`,
  );
};
