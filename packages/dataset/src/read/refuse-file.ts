import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';

/** The error for a file that cannot be read (further). `line` is 1-based. */
export const refuseFile = (
  file: { name: string },
  line: number | undefined,
  problem: Omit<Problem, 'place'>,
  options?: ErrorOptions,
): InputError =>
  new InputError([{ ...problem, place: { file: file.name, ...(line === undefined ? {} : { line }) } }], options);

/** A short, printable piece of what stands in a file, between backticks. */
export const excerpt = (text: string): string => {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? '';
  return `\`${line.length > 60 ? `${line.slice(0, 60)}…` : line}\``;
};
