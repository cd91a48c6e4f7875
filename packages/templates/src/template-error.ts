import { LiquidError } from 'liquidjs';
import type { Token } from 'liquidjs';

/**
 * - `syntax`: the source is no template
 * - `unknown-field`: the scope lacks a name; `field` is its path, for example `said.text`
 * - `null-in-text`: a value in text is null; `{{ x | default: "" }}` says what should stand there instead
 * - `not-text`: a list or an object stands in text without a filter such as `json` or `join`
 * - `render`: anything else that went wrong while rendering, for example a number that is not finite
 */
export type TemplateErrorCode = 'syntax' | 'unknown-field' | 'null-in-text' | 'not-text' | 'render';

type Details = { field?: string | undefined; line?: number | undefined; column?: number | undefined };

/** A template that cannot be read or rendered. `line` and `column` are 1-based and count inside the template. */
export class TemplateError extends Error {
  readonly code: TemplateErrorCode;
  readonly field: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  constructor(code: TemplateErrorCode, message: string, details: Details = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TemplateError';
    this.code = code;
    this.field = details.field;
    this.line = details.line;
    this.column = details.column;
  }
}

/** Thrown by our own filters and checks inside a rendering; `toTemplateError` adds the place. */
export class ValueError extends Error {
  readonly code: TemplateErrorCode;
  constructor(code: TemplateErrorCode, message: string) {
    super(message);
    this.name = 'ValueError';
    this.code = code;
  }
}

/** Any error of LiquidJS as ours. `fallback` is the code, and `token` the place, where the error does not tell. */
export const toTemplateError = (error: unknown, fallback: 'syntax' | 'render', token?: Token): TemplateError => {
  if (error instanceof TemplateError) return error;
  const cause = LiquidError.is(error) ? (error.originalError ?? error) : error;
  const at = LiquidError.is(error) ? error.token : token;
  const place = at === undefined ? {} : placeOf(at);
  if (isUnknownVariable(cause)) {
    const field = cause.variableName;
    return new TemplateError(
      'unknown-field',
      `unknown field "${field}"${inWords(place)}`,
      { field, ...place },
      { cause },
    );
  }
  if (cause instanceof ValueError) {
    const text = at?.getText().trim() ?? 'the value';
    const details = { field: firstName(text), ...place };
    return new TemplateError(cause.code, `${text} ${cause.message}${inWords(place)}`, details, { cause });
  }
  return new TemplateError(fallback, `${plainMessage(cause)}${inWords(place)}`, place, { cause: error });
};

type Place = { line?: number; column?: number };

const placeOf = (token: Token): Place => {
  const [line, column] = token.getPosition();
  return line === undefined || column === undefined ? {} : { line, column };
};

const inWords = (place: Place): string =>
  place.line === undefined ? '' : ` (line ${place.line}, column ${place.column ?? 1})`;

const isUnknownVariable = (error: unknown): error is Error & { variableName: string } =>
  error instanceof Error && error.name === 'InternalUndefinedVariableError';

const firstName = (text: string): string | undefined => /^\{[{%]-?\s*(?:echo\s+)?([^\s|}]+)/.exec(text)?.[1];

/** LiquidJS appends `, line:1, col:2` to its messages; ours says it in words. */
const plainMessage = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/, line:\d+, col:\d+$/, '')
    .replace(/^undefined filter: (.*)$/, 'unknown filter "$1"')
    .replace(/^output (".*") not closed$/s, '$1 is not closed with "}}"')
    .replace(/^tag (".*") not closed$/s, '$1 is not closed with "%}"')
    .replace(/^tag \{% (\w+)(.*)%\} not closed$/s, '{% $1$2%} is not closed with {% end$1 %}');
