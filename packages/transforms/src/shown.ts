import type { Json } from '@batchmill/contracts';

const SHOWN_CHARACTERS = 60;

/** A value as a message quotes it. */
export const shown = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
};
