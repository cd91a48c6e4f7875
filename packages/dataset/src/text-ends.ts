import type { Json } from '@batchmill/contracts';

/** `strip`: no white space at the ends; `suffix`: what the text ends with. */
export type TextEnds = { strip?: boolean | undefined; suffix?: string | undefined };

/** Gives texts their ends, also those in lists; other values stay as they are. */
export const withEnds = (ends: TextEnds): ((value: Json) => Json) => {
  const end = textWithEnds(ends);
  const endAll = (value: Json): Json =>
    typeof value === 'string' ? end(value) : Array.isArray(value) ? value.map(endAll) : value;
  return endAll;
};

/** A text that ends with the suffix gets no second one, and white space that belongs to the suffix is never stripped. */
export const textWithEnds =
  ({ strip = false, suffix = '' }: TextEnds): ((text: string) => string) =>
  (text) => {
    if (!strip) return text.endsWith(suffix) ? text : text + suffix;
    const body = withoutEnd(text, suffix) ?? withoutEnd(text.trimEnd(), suffix.trimEnd()) ?? text;
    return body.trim() + suffix;
  };

const withoutEnd = (text: string, end: string): string | undefined =>
  end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : undefined;
