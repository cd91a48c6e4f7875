import { parseCondition, parseTemplate } from './parse.ts';
import { TemplateError } from './template-error.ts';

/** A mistake in a template's syntax; line and column are 1-based and count inside the template. */
export type SyntaxProblem = { message: string; line: number; column: number };

export const checkTemplate = (source: string): SyntaxProblem[] => problemsOf(() => parseTemplate(source));

export const checkCondition = (source: string): SyntaxProblem[] => problemsOf(() => parseCondition(source));

const problemsOf = (read: () => unknown): SyntaxProblem[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const message = error.message.replace(/ \(line \d+, column \d+\)$/, '');
    return [{ message, line: error.line ?? 1, column: error.column ?? 1 }];
  }
};
