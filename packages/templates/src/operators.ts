import { defaultOperators, Drop } from 'liquidjs';
import type { Operators } from 'liquidjs';

type Handler = (left: unknown, right: unknown) => ReturnType<Operators[string]>;

/**
 * Liquid's operators, where a missing field and null are the same, and null is neither less nor greater than anything:
 * in plain JavaScript `null < 5` is true, so that `score < 5` would hold for a row without a score.
 */
export const operators: Operators = {
  ...defaultOperators,
  '==': (left: unknown, right: unknown) => original('==')(left ?? null, right ?? null),
  '!=': (left: unknown, right: unknown) => original('!=')(left ?? null, right ?? null),
  '<': (left: unknown, right: unknown) => bothThere(left, right) && original('<')(left, right),
  '>': (left: unknown, right: unknown) => bothThere(left, right) && original('>')(left, right),
  '<=': (left: unknown, right: unknown) => bothThere(left, right) && original('<=')(left, right),
  '>=': (left: unknown, right: unknown) => bothThere(left, right) && original('>=')(left, right),
  contains: (left: unknown, right: unknown) => bothThere(left, right) && original('contains')(left, right),
};

const original = (operator: string): Handler => defaultOperators[operator] as Handler;

const bothThere = (left: unknown, right: unknown): boolean => isThere(left) && isThere(right);

const isThere = (value: unknown): boolean => {
  const plain = value instanceof Drop ? value.valueOf() : value;
  return plain !== null && plain !== undefined;
};
