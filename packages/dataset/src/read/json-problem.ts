import type { Problem, ProblemPlace } from '@batchmill/contracts';
import { NumberTooLarge } from './parse-json.ts';

const POSITION = /(?: in JSON)? at position \d+(?: \(line \d+ column (\d+)\))?$/;

/** What the parser said about one record, with the column where it says one. */
export const jsonProblem = (error: unknown, place: ProblemPlace): Problem => {
  if (error instanceof NumberTooLarge) {
    return { code: 'number-too-large', message: error.message, place, remedy: 'Write it as text, in quotes' };
  }
  const said = error instanceof Error ? error.message : String(error);
  const column = POSITION.exec(said)?.[1];
  return {
    code: 'broken-json',
    message: `the line is not valid JSON: ${said.replace(POSITION, '').replace(/ is not valid JSON$/, '')}`,
    place: { ...place, ...(column === undefined ? {} : { column: Number(column) }) },
    remedy: 'Correct or remove the line',
  };
};
