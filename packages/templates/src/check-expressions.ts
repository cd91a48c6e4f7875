import { TokenKind, toValueSync, Value } from 'liquidjs';
import type { Expression, Template as LiquidTemplate, Token } from 'liquidjs';
import { TemplateError } from './template-error.ts';

/**
 * LiquidJS reads `a b` and `a ==` without a word and gives back one of the operands. Throws `TemplateError` where an
 * expression is no operand, or operands joined by operators, or where parentheses hold an unknown filter.
 */
export const checkExpressions = (templates: readonly LiquidTemplate[], filters: Record<string, unknown>): void => {
  for (const template of templates) {
    for (const argument of template.arguments?.() ?? []) {
      if (argument instanceof Value) checkExpression(argument.initial, filters);
    }
    if (template.children !== undefined) checkExpressions(toValueSync(template.children(false, true)), filters);
  }
};

export const checkExpression = (expression: Expression, filters: Record<string, unknown>): void => {
  let isOperandNext = true;
  for (const token of inSourceOrder(expression)) {
    const text = token.getText();
    const isOperator = token.kind === TokenKind.Operator;
    const fits = text === 'not' && isOperator ? isOperandNext : isOperator !== isOperandNext;
    if (!fits)
      throw problem(token, `unexpected "${text}", ${isOperandNext ? 'a value' : 'an operator or a filter'} expected`);
    if (!(isOperator && text === 'not')) isOperandNext = isOperator;
    if (isGroup(token)) checkGroup(token, filters);
  }
  const last = inSourceOrder(expression).at(-1);
  if (isOperandNext && last !== undefined) throw problem(last, `a value expected after "${last.getText()}"`);
};

type Group = Token & { initial: Expression; filters: (Token & { name: string })[] };

const isGroup = (token: Token): token is Group => token.kind === TokenKind.FilteredValue;

const checkGroup = (group: Group, filters: Record<string, unknown>): void => {
  checkExpression(group.initial, filters);
  for (const filter of group.filters) {
    if (filters[filter.name] === undefined) throw problem(filter, `undefined filter: ${filter.name}`);
  }
};

/** An expression is kept in the order of its evaluation. */
const inSourceOrder = (expression: Expression): Token[] => [...expression.postfix].sort((a, b) => a.begin - b.begin);

const problem = (token: Token, message: string): TemplateError => {
  const [line, column] = token.getPosition();
  return new TemplateError('syntax', `${message} (line ${line}, column ${column})`, { line, column });
};
