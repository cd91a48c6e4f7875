import { basename } from 'node:path/posix';
import type { ImagePart } from './chat-body.ts';
import { isDataUrl } from './pictures/data-url.ts';
import type { PictureFacts } from './pictures/picture-facts.ts';
import type { PictureInspector } from './pictures/picture-inspector.ts';

/** One sentence per picture; null where one of them is none. Pictures at a URL are not fetched, only named. */
export const pictureSentences = async (
  images: readonly ImagePart[],
  inspector: PictureInspector,
): Promise<string[] | null> => {
  const sentences: string[] = [];
  for (const [index, { url }] of images.entries()) {
    const subject = images.length === 1 ? 'The picture' : `Picture ${index + 1}`;
    if (isDataUrl(url)) {
      const facts = await inspector.inspect(url);
      if (facts === null) return null;
      sentences.push(sentenceFor(subject, facts));
    } else sentences.push(`${subject} is "${fileNameOf(url)}".`);
  }
  return sentences;
};

const sentenceFor = (subject: string, { format, width, height, colours, trend }: PictureFacts): string => {
  const size = `${subject} is ${width} × ${height} pixels`;
  if (colours.length === 0) return `${size} (${format}).`;
  const [ground, ...others] = colours;
  const palette = others.length > 0 ? `mostly ${ground} with ${others.join(' and ')}` : `all ${ground}`;
  return trend === null ? `${size}, ${palette}.` : `${size}, ${palette}; its line ${trend} from left to right.`;
};

const fileNameOf = (url: string): string => {
  try {
    return decodeURIComponent(basename(new URL(url).pathname)) || new URL(url).host;
  } catch {
    return url.slice(0, 100);
  }
};
