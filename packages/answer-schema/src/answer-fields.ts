import type { Fields, Json } from '@batchmill/contracts';

/** `into`: the field for the whole answer, or target field → name in the answer object. A text says why it cannot be put there. */
export const answerFields = (into: string | Record<string, string>, answer: Json): Fields | string => {
  if (typeof into === 'string') return { [into]: answer };
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) {
    return 'the answer is no object, so its parts cannot go into fields';
  }
  const values: Fields = {};
  for (const [field, name] of Object.entries(into)) {
    const value = Object.hasOwn(answer, name) ? answer[name] : undefined;
    if (value === undefined) return `the answer has no "${name}"`;
    values[field] = value;
  }
  return values;
};
