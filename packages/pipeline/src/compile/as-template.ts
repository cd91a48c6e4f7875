import { hasTemplate } from '../definition/what-stands-where.ts';

/** A template as it is; the name of a field as the template that gives its value. */
export const asTemplate = (name: string): string => (hasTemplate(name) ? name : `{{ ${reference(name)} }}`);

/** The template that gives a member of the object in a field. */
export const memberTemplate = (field: string, member: string): string => `{{ ${reference(field)}.${member} }}`;

const reference = (name: string): string =>
  /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) ? name : `[${JSON.stringify(name)}]`;
