import { createRequire } from 'node:module';

export type TextCounter = (text: string) => number;

const require = createRequire(import.meta.url);

/** Older models count with another vocabulary; every newer one is taken for o200k_base (tiktoken 0.14, model.py). */
const CL100K_MODELS = /^(ft:)?(gpt-4(-|$)|gpt-3\.5|text-embedding)/;

/**
 * Counts the tokens of a text. The vocabulary (2.4 MB, about 140 ms) is loaded with the first text. Exact but for runs
 * of more than 200 letters, spaces or signs (one token more at a cut at most) and texts above 400,000 characters.
 */
export const textCounter = (model: string): TextCounter => {
  let counter: TextCounter | undefined;
  return (text) => {
    counter ??= loadCounter(CL100K_MODELS.test(model) ? 'cl100k_base' : 'o200k_base');
    return countWith(counter, text);
  };
};

/** Above it (no model's context holds much more) the rest is taken to be like the beginning. */
const MOST_COUNTED = 400_000;

/** Merging is quadratic in the length of a run: one of 300,000 letters, as in base64, would take minutes. */
const LONG_RUN = /[\p{L}\p{M}]{200}|\s{200}|[^\s\p{L}\p{M}\p{N}]{200}/gu;

const countWith = (count: TextCounter, text: string): number => {
  const counted = text.length > MOST_COUNTED ? text.slice(0, MOST_COUNTED) : text;
  let tokens = 0;
  let start = 0;
  for (const { index, 0: run } of counted.matchAll(LONG_RUN)) {
    tokens += count(counted.slice(start, index + run.length));
    start = index + run.length;
  }
  tokens += count(counted.slice(start));
  return counted === text ? tokens : Math.ceil((tokens * text.length) / counted.length);
};

type Encoding = { countTokens(text: string, options: { disallowedSpecial: Set<string> }): number };

const loadCounter = (name: 'cl100k_base' | 'o200k_base'): TextCounter => {
  const encoding = require(`gpt-tokenizer/encoding/${name}`) as Encoding;
  // Words like <|endoftext|> in a row are text, not commands.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => encoding.countTokens(text, options);
};
