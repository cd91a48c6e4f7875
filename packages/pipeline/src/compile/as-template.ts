import { hasTemplate } from '../definition/what-stands-where.ts';

/** A template as it is; the name of a field as the template that gives its value. */
export const asTemplate = (name: string): string => (hasTemplate(name) ? name : `{{ ${fieldReference(name)} }}`);

/** The template that gives a member of the object in a field. */
export const memberTemplate = (field: string, member: string): string => `{{ ${fieldReference(field)}.${member} }}`;

/** How a template or condition names a field, whatever it is called. */
export const fieldReference = (name: string): string =>
  PLAIN.test(name) && !WORDS_OF_LIQUID.has(name) ? name : `[${JSON.stringify(name)}]`;

const PLAIN = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** Names that stand for something else. */
const WORDS_OF_LIQUID: ReadonlySet<string> = new Set([
  ...['true', 'false', 'nil', 'null', 'empty', 'blank'],
  ...['and', 'or', 'not', 'contains'],
]);
