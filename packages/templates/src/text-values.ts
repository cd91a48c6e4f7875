import { toValue } from 'liquidjs';
import { ValueError } from './template-error.ts';

/** What a value looks like in text. Lists, objects, null and numbers that are not finite are refused. */
export const textOf = (found: unknown): string => {
  // `nil` and `empty` are objects inside LiquidJS.
  const value: unknown = toValue(found);
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new ValueError('render', 'gives no number');
      return String(value);
    default:
      return refuse(value);
  }
};

const refuse = (value: unknown): never => {
  if (value === null || value === undefined) {
    throw new ValueError('null-in-text', 'is null; a filter such as default: "" says what to write instead');
  }
  const kind = Array.isArray(value) ? 'a list' : 'an object';
  throw new ValueError('not-text', `is ${kind}; a filter such as json or join makes text of it`);
};
