import type { BatchError } from '@batchmill/contracts';
import { Bitmap } from './bitmap.ts';
import type { PartFacts } from './shard-facts.ts';

/**
 * Lines of a part (0-based) that failed the provider's validation in one of its submissions, with what it said.
 * A later submission's file leaves them out, so that its line numbers are counted over the rest.
 */
export const excludedLines = ({
  plan,
  submissions,
}: Pick<PartFacts, 'plan' | 'submissions'>): Map<number, BatchError> => {
  const excluded = new Map<number, BatchError>();
  for (const { ended } of submissions) {
    if (ended?.failure !== 'bad-lines') continue;
    const bad = Bitmap.decode(ended.badLines);
    const messages = new Map(ended.errors.map((error) => [error.line, error]));
    const inFile: number[] = [];
    for (let line = 0; line < plan.requests.lines; line += 1) if (!excluded.has(line)) inFile.push(line);
    for (const [position, line] of inFile.entries()) {
      if (bad.has(position)) excluded.set(line, messages.get(position + 1) ?? otherBadLine);
    }
  }
  return excluded;
};

const otherBadLine: BatchError = {
  code: 'invalid_request',
  message: 'the provider refused this line when it checked the batch',
  line: null,
  param: null,
};
