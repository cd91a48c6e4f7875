const KNOWN_FAMILY = /^(gpt-|chatgpt-|o1|o3|o4|ft:)/;

/** Models that take `max_completion_tokens` only, and no temperature. */
const REASONING_FAMILY = /^(o[134](-|$)|gpt-5(-(mini|nano))?(-\d{4}-\d{2}-\d{2})?$)/;

export const LISTED_MODELS = [
  'gpt-4o',
  'gpt-4o-mini',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4.1-nano',
  'gpt-5',
  'gpt-5-mini',
  'gpt-5-nano',
  'gpt-5.4',
  'o3',
  'o4-mini',
] as const;

/** Any name of a known family will do: the simulator has no list that could be out of date. */
export const isKnownModel = (model: string): boolean => KNOWN_FAMILY.test(model);

export const isReasoningModel = (model: string): boolean => REASONING_FAMILY.test(model);
