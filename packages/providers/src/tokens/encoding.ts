import { createRequire } from 'node:module';

export type TextCounter = (text: string) => number;

const require = createRequire(import.meta.url);

/** Older models count with another vocabulary; every newer one is taken for o200k_base (tiktoken 0.14, model.py). */
const CL100K_MODELS = /^(ft:)?(gpt-4(-|$)|gpt-3\.5|text-embedding)/;

/** Counts the tokens of a text. The vocabulary (2.4 MB, about 140 ms) is loaded with the first text. */
export const textCounter = (model: string): TextCounter => {
  let counter: TextCounter | undefined;
  return (text) => {
    counter ??= loadCounter(CL100K_MODELS.test(model) ? 'cl100k_base' : 'o200k_base');
    return counter(text);
  };
};

type Encoding = { countTokens(text: string, options: { disallowedSpecial: Set<string> }): number };

const loadCounter = (name: 'cl100k_base' | 'o200k_base'): TextCounter => {
  const encoding = require(`gpt-tokenizer/encoding/${name}`) as Encoding;
  // Words like <|endoftext|> in a row are text, not commands.
  const options = { disallowedSpecial: new Set<string>() };
  return (text) => encoding.countTokens(text, options);
};
