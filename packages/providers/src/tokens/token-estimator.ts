import { bodyContent } from './body-content.ts';
import type { BodyContent } from './body-content.ts';
import { textCounter } from './encoding.ts';
import { imageSizeOf } from './image-size.ts';
import { imageTokens } from './image-tokens.ts';
import { fitLine } from './line-fit.ts';

/** What is cheap to know about a request body: UTF-8 bytes of everything that is text, tokens of its pictures. */
export type BodyMeasure = { textBytes: number; imageTokens: number };

/** Prompt tokens of request bodies for one model. */
export type TokenEstimator = {
  /** By the model's vocabulary; about 4 MB of text a second. */
  countExact(body: object): number;
  measure(body: object): BodyMeasure;
  /** From bodies counted exactly to an estimate by size alone. */
  calibrate(sampleBodies: Iterable<object>): (textBytes: number, imageTokens: number) => number;
  /** Exact for the first bodies and for one in a hundred after them, by size for the others. */
  estimate(body: object): number;
};

/** OpenAI's cookbook: 3 tokens around each message, 3 that begin the answer. */
const MESSAGE_TOKENS = 3;
const ANSWER_START_TOKENS = 3;
const EXACT_AT_FIRST = 50;
const EXACT_EVERY = 100;

export const createTokenEstimator = (model: string): TokenEstimator => {
  const countText = textCounter(model);
  const countImages = ({ images }: BodyContent): number =>
    images.reduce((sum, image) => sum + imageTokens(model, imageSizeOf(image.url), image.detail), 0);
  const countTexts = ({ messages, texts }: BodyContent): number =>
    texts.reduce((sum, text) => sum + countText(text), messages * MESSAGE_TOKENS + ANSWER_START_TOKENS);
  const textBytes = ({ texts }: BodyContent): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

  const running = fitLine();
  let seen = 0;
  return {
    countExact: (body) => {
      const content = bodyContent(body);
      return countTexts(content) + countImages(content);
    },
    measure: (body) => {
      const content = bodyContent(body);
      return { textBytes: textBytes(content), imageTokens: countImages(content) };
    },
    calibrate: (sampleBodies) => {
      const line = fitLine();
      for (const body of sampleBodies) {
        const content = bodyContent(body);
        line.add(textBytes(content), countTexts(content));
      }
      return (bytes, images) => Math.ceil(line.at(bytes) + images);
    },
    estimate: (body) => {
      const content = bodyContent(body);
      const bytes = textBytes(content);
      seen += 1;
      if (seen > EXACT_AT_FIRST && seen % EXACT_EVERY !== 0) return Math.ceil(running.at(bytes) + countImages(content));
      const tokens = countTexts(content);
      running.add(bytes, tokens);
      return tokens + countImages(content);
    },
  };
};
