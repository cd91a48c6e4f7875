import { z } from 'zod';

/** Where a mistake stands: a file with line and column (1-based), a path inside a document, or a row. */
export const problemPlaceSchema = z.object({
  file: z.string().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
  /** Path inside the document, for example `steps[0].generate.model`. */
  path: z.string().optional(),
  /** Key of the row, where one row is at fault. */
  row: z.string().optional(),
});
export type ProblemPlace = z.infer<typeof problemPlaceSchema>;

/** One mistake in what a user gave: where, what stands there, what was expected, what to do. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  place: problemPlaceSchema.optional(),
  found: z.string().optional(),
  expected: z.string().optional(),
  remedy: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** What the user gave cannot be used. Carries every mistake at once; becomes exit code 2 or a 4xx. */
export class InputError extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options);
    this.name = 'InputError';
    this.problems = problems;
  }
}

/** The same work would fail again: a queue must not try it a second time. */
export class PermanentError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PermanentError';
    this.code = code;
  }
}

/** `file:line:column: path: message (found …; expected …). Remedy` in one line. */
export const formatProblem = (problem: Problem): string => {
  const { place } = problem;
  const position = [place?.file, place?.line, place?.column].filter((part) => part !== undefined).join(':');
  const where = [position, place?.path, place?.row === undefined ? undefined : `row "${place.row}"`].filter(Boolean);
  const detail = [
    problem.found === undefined ? undefined : `found ${problem.found}`,
    problem.expected === undefined ? undefined : `expected ${problem.expected}`,
  ].filter(Boolean);
  return [
    where.length > 0 ? `${where.join(': ')}: ` : '',
    problem.message,
    detail.length > 0 ? ` (${detail.join('; ')})` : '',
    problem.remedy === undefined ? '' : `. ${problem.remedy}`,
  ].join('');
};
