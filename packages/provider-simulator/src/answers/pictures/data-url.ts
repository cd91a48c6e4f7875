const DATA_URL = /^data:([^;,]*)((?:;[^;,]*)*),/;

export type DataUrl = { mediaType: string; base64: string };

export const isDataUrl = (url: string): boolean => url.startsWith('data:');

/** null where it is no base64 data URL. */
export const parseDataUrl = (url: string): DataUrl | null => {
  const match = DATA_URL.exec(url.slice(0, 256));
  if (match === null || !(match[2] ?? '').split(';').includes('base64')) return null;
  return { mediaType: match[1] ?? '', base64: url.slice(match[0].length) };
};

/** The first bytes of the picture: enough to hold the size in the formats we know. */
export const firstBytes = (dataUrl: DataUrl, bytes: number): Buffer =>
  Buffer.from(dataUrl.base64.slice(0, Math.ceil(bytes / 3) * 4), 'base64');
