import { Tokenizer, Value } from 'liquidjs';
import type { Template as LiquidTemplate } from 'liquidjs';
import { checkExpression, checkExpressions } from './check-expressions.ts';
import { engine } from './engine.ts';
import { TemplateError, toTemplateError } from './template-error.ts';

/** A template's parts; throws `TemplateError` with code `syntax`. */
export const parseTemplate = (source: string): LiquidTemplate[] => {
  try {
    const parsed = engine.parse(source);
    checkExpressions(parsed, engine.filters);
    return parsed;
  } catch (error) {
    throw toTemplateError(error, 'syntax');
  }
};

/** A bare expression; throws `TemplateError` with code `syntax`. */
export const parseCondition = (source: string): Value => {
  if (/\{\{|\{%/.test(source)) {
    const message = 'a condition is a bare expression, without {{ }} or {% %}';
    throw new TemplateError('syntax', message, { line: 1, column: 1 });
  }
  try {
    const tokenizer = new Tokenizer(source, engine.options.operators, undefined, undefined, true);
    const token = tokenizer.readFilteredValue();
    tokenizer.skipBlank();
    tokenizer.assert(tokenizer.end(), () => `unexpected "${tokenizer.remaining()}"`);
    const value = new Value(token, engine);
    checkExpression(value.initial, engine.filters);
    return value;
  } catch (error) {
    throw toTemplateError(error, 'syntax');
  }
};
