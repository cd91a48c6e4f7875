import { integerBetween, pick } from '../random.ts';
import type { Random } from '../random.ts';
import type { PromptMaterial } from './prompt-material.ts';

type Words = { word: () => string; number: () => string };
type Pattern = (words: Words) => string;

const OPENINGS: readonly Pattern[] = [
  ({ word }) => `The main subject here is ${word()}, together with ${word()}.`,
  ({ word }) => `At its heart this is about ${word()}.`,
  ({ word }) => `What stands out first is ${word()}, closely followed by ${word()}.`,
  ({ word }) => `Seen as a whole, ${word()} and ${word()} belong together.`,
  ({ word }) => `In short: ${word()} matters more than ${word()}.`,
  ({ word }) => `One can read this as a note on ${word()}.`,
];

const MIDDLES: readonly Pattern[] = [
  ({ word }) => `The part on ${word()} is clear, while ${word()} is left open.`,
  ({ word }) => `It links ${word()} with ${word()} in a plain way.`,
  ({ word }) => `A closer look at ${word()} shows how ${word()} comes in.`,
  ({ word }) => `There is little about ${word()}, and more about ${word()}.`,
  ({ word }) => `Without ${word()}, the role of ${word()} would be hard to see.`,
  ({ word }) => `Both ${word()} and ${word()} are named, the first with more weight.`,
];

const NUMBERED: readonly Pattern[] = [
  ({ word, number }) => `The figure ${number()} gives ${word()} its scale.`,
  ({ number }) => `Between ${number()} and ${number()} there is a visible change.`,
  ({ word, number }) => `With ${number()} in view, ${word()} looks moderate.`,
  ({ word, number }) => `The value ${number()} goes with ${word()}.`,
];

const CLOSINGS: readonly Pattern[] = [
  ({ word }) => `Overall, ${word()} deserves attention.`,
  ({ word }) => `That leaves ${word()} as the next thing to look at.`,
  ({ word }) => `So ${word()} is the point to keep.`,
  ({ word }) => `More could be said about ${word()}.`,
];

/** A few sentences drawn from the request's own words and numbers; pictures are spoken of first. */
export const textAnswer = (random: Random, material: PromptMaterial): string => {
  const words = wordsFrom(random, material);
  const sentences = [...material.pictures, pick(random, OPENINGS)(words)];
  const middles = integerBetween(random, 0, 2);
  for (let count = 0; count < middles; count += 1) sentences.push(pick(random, MIDDLES)(words));
  if (material.numbers.length > 0) sentences.push(pick(random, NUMBERED)(words));
  if (random() < 0.6) sentences.push(pick(random, CLOSINGS)(words));
  return sentences.join(' ');
};

/** One sentence without a full stop, for a string inside a document. */
export const phrase = (random: Random, material: PromptMaterial): string => {
  const words = wordsFrom(random, material);
  const patterns = material.numbers.length > 0 && random() < 0.4 ? NUMBERED : [...OPENINGS, ...MIDDLES];
  return pick(random, patterns)(words).replace(/\.$/, '');
};

const TRIES = 3;

/** Each word and number once, as far as there are enough. */
const wordsFrom = (random: Random, { words, numbers }: PromptMaterial): Words => {
  const used = new Set<string>();
  const fresh = (items: readonly string[]): string => {
    let chosen = pick(random, items);
    for (let again = 0; used.has(chosen) && again < TRIES; again += 1) chosen = pick(random, items);
    used.add(chosen);
    return chosen;
  };
  return { word: () => fresh(words), number: () => fresh(numbers) };
};
