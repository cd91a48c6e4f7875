import type { ChatBody } from './chat-body.ts';
import { textOf } from './chat-body.ts';

/** What of a request an answer is made of. */
export type PromptMaterial = {
  /** At least one. */
  words: readonly string[];
  numbers: readonly string[];
  /** Sentences about its pictures. */
  pictures: readonly string[];
};

/** Long prompts are looked at by their beginning and end only: the rest would cost time and change little. */
const HEAD_CHARACTERS = 3_000;
const TAIL_CHARACTERS = 1_000;
const MOST_WORDS = 300;
const MOST_NUMBERS = 100;

const WORD = /[\p{L}][\p{L}'-]{3,}/gu;
const NUMBER = /-?\d+(?:[.,]\d+)*/g;
const COMMON_WORDS = new Set(
  'about above after again also answer because been before being below between both cannot could does doing down each every exactly from further have having here hers himself into itself just like make more most must only other ours over please same should some such than that their them then there these they this those through under until using very want were what when where which while whom will with would write your yours'.split(
    ' ',
  ),
);

export const materialOf = (body: ChatBody, pictures: readonly string[]): PromptMaterial => {
  const asked = body.messages.filter((message) => message.role === 'user');
  const text = (asked.length > 0 ? asked : body.messages).map(textOf).join('\n');
  const looked =
    text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS
      ? text
      : `${text.slice(0, HEAD_CHARACTERS)} ${text.slice(-TAIL_CHARACTERS)}`;
  const words = [...new Set(matches(looked, WORD, MOST_WORDS))].filter((word) => !COMMON_WORDS.has(word.toLowerCase()));
  return { words: words.length > 0 ? words : ['request'], numbers: matches(looked, NUMBER, MOST_NUMBERS), pictures };
};

const matches = (text: string, pattern: RegExp, most: number): string[] => {
  const found: string[] = [];
  for (const [match] of text.matchAll(pattern)) {
    found.push(match);
    if (found.length === most) break;
  }
  return found;
};
