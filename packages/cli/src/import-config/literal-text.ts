/**
 * A text as a template that gives just this text: braces that would begin a template are put in as values.
 * @param isBeforeOutput whether `{{ … }}` follows, with which a brace at the end would run together
 */
export const literalText = (text: string, isBeforeOutput = false): string =>
  text.replaceAll(isBeforeOutput ? /\{(?=[{%]|$(?![\s\S]))/g : /\{(?=[{%])/g, '{{ "{" }}');

/** As Python's `str.strip`, whose white space is not quite that of JavaScript. */
export const strippedText = (text: string): string => strippedStart(strippedEnd(text));

export const strippedStart = (text: string): string => text.replace(new RegExp(`^[${WHITE_SPACE}]+`), '');

export const strippedEnd = (text: string): string => text.replace(new RegExp(`[${WHITE_SPACE}]+$`), '');

/** Where `str.isspace()` holds. */
const WHITE_SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
