import { hasTemplate } from '../definition/what-stands-where.ts';

/** What stands in a cell of an output: a field by its name, or what a template gives. */
export const cellOf = (source: string): { field: string } | { template: string } =>
  hasTemplate(source) ? { template: source } : { field: source };
