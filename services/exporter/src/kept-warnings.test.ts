import type { StepReport } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { keptWarnings } from './kept-warnings.ts';

const step = (changes: Partial<StepReport>): StepReport => ({
  step: 'answer',
  stage: '003',
  round: { number: 2, times: 3 },
  entering: 10,
  outcomes: { ok: 10 },
  askedAgain: {},
  attempts: 1,
  batches: 1,
  inputTokens: 0,
  outputTokens: 0,
  estimatedCost: 0,
  cost: 0,
  realtimeCost: 0,
  startedAt: null,
  endedAt: null,
  ...changes,
});

test('rows that were delivered with fewer turns are told by round and reason', () => {
  expect(keptWarnings([step({}), step({ kept: { refused: 2, expired: 1 } }), step({ kept: { refused: 1 } })])).toEqual([
    'Step "answer 2/3" failed for 3 rows (refused: 2, expired: 1): they keep the turns before it.',
    'Step "answer 2/3" failed for 1 row (refused: 1): they keep the turns before it.',
  ]);
});
