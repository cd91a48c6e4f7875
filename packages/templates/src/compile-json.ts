import type { Fields, Json } from '@batchmill/contracts';
import { compileTemplate } from './compile-template.ts';

/**
 * A JSON value in which every string (not the names) is a template; a string that is exactly one `{{ … }}` becomes a
 * value with its type. Throws `TemplateError` with code `syntax`; so does the result, with the other codes.
 */
export const compileJson = (value: Json): ((scope: Fields) => Json) => {
  if (typeof value === 'string') return compileTemplate(value).value;
  if (value === null || typeof value !== 'object') return () => value;
  if (Array.isArray(value)) {
    const elements = value.map(compileJson);
    return (scope) => elements.map((element) => element(scope));
  }
  const entries = Object.entries(value).map(([name, inner]) => [name, compileJson(inner)] as const);
  return (scope) => Object.fromEntries(entries.map(([name, inner]) => [name, inner(scope)]));
};
