import { InputError } from '@batchmill/contracts';
import type { Json } from '@batchmill/contracts';
import { isScalar, parseDocument } from 'yaml';

/** One `--set path=value` or `--var name=value`. */
export type Assignment = { path: string; value: Json };

/**
 * `steps[0].generate.model=o3-mini` → path and value. The value is typed as in YAML: `3`, `0.5`, `true`, `null`,
 * `[a, b]`, `{a: 1}`; anything else is text, a template too. Nothing after `=` is an empty text.
 * Throws `InputError` where there is no `=`.
 */
export const parseAssignment = (text: string, option?: '--set' | '--var'): Assignment => {
  const equals = text.indexOf('=');
  const path = text.slice(0, equals).trim();
  if (equals < 0 || path === '') {
    throw new InputError([
      {
        code: 'bad-assignment',
        ...(option === undefined ? {} : { place: { file: option } }),
        message: 'an assignment needs a name, "=" and a value',
        found: JSON.stringify(equals < 0 ? text : '=…'),
        expected: option === '--set' ? 'path=value' : 'name=value',
      },
    ]);
  }
  return { path, value: parseValue(text.slice(equals + 1)) };
};

/** The value of a word on the command line. */
const parseValue = (text: string): Json => {
  const trimmed = text.trim();
  if (/^\{[{%]/.test(trimmed)) return text;
  const document = parseDocument(trimmed, { prettyErrors: false, schema: 'core', stringKeys: true });
  const isPlain = document.errors.length === 0 && document.warnings.length === 0 && trimmed !== '';
  if (!isPlain || /[&*!|>#]/.test(trimmed[0] ?? '') || document.comment !== null) return text;
  if (!isScalar(document.contents)) return /^[[{]/.test(trimmed) ? (document.toJS({ maxAliasCount: 0 }) as Json) : text;
  const { value, type, comment } = document.contents;
  if (comment !== undefined && comment !== null) return text;
  if (typeof value === 'number') return Number.isFinite(value) && isExact(value, trimmed) ? value : text;
  return type === 'PLAIN' && typeof value === 'string' ? text : (value as Json);
};

/** An id of 20 digits stays text: as a number it would become another one. */
const isExact = (value: number, text: string): boolean => !/^[-+]?\d+$/.test(text) || Number.isSafeInteger(value);
