/**
 * What the request files of a step are called: the words of the pipeline's name, then those of the step, without a word of
 * the name that the step says again (a plural is the same). `m4-captions` and `caption` give `m4_caption_requests`.
 */
export const requestsStem = (pipeline: string, step: string): string => {
  const stepWords = wordsOf(step);
  const said = new Set(stepWords.map(singular));
  const nameWords = wordsOf(pipeline).filter((word) => !said.has(singular(word)));
  return [...nameWords, ...stepWords, 'requests'].join('_');
};

/** One file has no number; of several each has one, from 1. */
export const requestsName = (stem: string, number: number, count: number): string =>
  count === 1 ? `${stem}.jsonl` : `${stem}_${number}.jsonl`;

const wordsOf = (name: string): string[] => name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');

const singular = (word: string): string => word.toLowerCase().replace(/(?<=..)s$/, '');
