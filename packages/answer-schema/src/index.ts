export { answerFields } from './answer-fields.ts';
export { checkSchema, compileAnswerCheck } from './answer-check.ts';
export type { AnswerSchema } from './answer-check.ts';
export { strictProblems } from './strict-problems.ts';
export { structuredOutput } from './structured-output.ts';
export type { ResponseFormat } from './structured-output.ts';
export { parseJsonAnswer } from './parse-answer.ts';
export type { ParsedAnswer } from './parse-answer.ts';
