import type { ChatBody } from './chat-body.ts';
import { imagesOf, textOf } from './chat-body.ts';
import { firstBytes, parseDataUrl } from './pictures/data-url.ts';
import { imageTokens } from './pictures/image-tokens.ts';
import { readPictureHeader } from './pictures/picture-header.ts';

/** A usual estimate; exact counts would cost more time than the rest of the simulator. */
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_MESSAGE = 3;
const TOKENS_PER_REPLY = 3;
/** JPEG keeps its size behind tables and thumbnails. */
const HEADER_BYTES = 65_536;
/** Pictures that are not fetched, or that cannot be read. */
const ASSUMED_SIDE = 1_024;

export const textTokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);

export const promptTokens = (body: ChatBody): number => {
  let tokens = TOKENS_PER_REPLY;
  for (const message of body.messages) tokens += TOKENS_PER_MESSAGE + textTokens(textOf(message).length);
  for (const { url, detail } of imagesOf(body)) {
    const { width, height } = sizeOf(url);
    tokens += imageTokens(body.model, width, height, detail);
  }
  if (body.response_format?.type === 'json_schema') {
    tokens += textTokens(JSON.stringify(body.response_format.json_schema.schema).length);
  }
  return tokens;
};

const sizeOf = (url: string): { width: number; height: number } => {
  const dataUrl = parseDataUrl(url);
  const header = dataUrl === null ? null : readPictureHeader(firstBytes(dataUrl, HEADER_BYTES));
  return header ?? { width: ASSUMED_SIDE, height: ASSUMED_SIDE };
};
