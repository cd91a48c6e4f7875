import type { Fields } from '@batchmill/contracts';
import { Context, isTruthy, toValueSync } from 'liquidjs';
import { engine } from './engine.ts';
import { parseCondition } from './parse.ts';
import { toTemplateError } from './template-error.ts';

/**
 * A bare Liquid expression such as `score > 3 and (title contains "x" or done)`. A missing field is null, which is
 * false, and neither less nor greater than anything. False are only `false` and null: an empty text is true, as
 * everywhere in Liquid (`title != blank` asks for text). Without parentheses, `and` and `or` bind from the right.
 * Throws `TemplateError` with code `syntax`.
 */
export const compileCondition = (source: string): ((scope: Fields) => boolean) => {
  const value = parseCondition(source);
  return (scope) => {
    try {
      const context = new Context(scope, engine.options, { sync: true, strictVariables: false }, { liquid: engine });
      return isTruthy(toValueSync(value.value(context, true) as Generator<unknown, unknown>), context);
    } catch (error) {
      throw toTemplateError(error, 'render');
    }
  };
};
