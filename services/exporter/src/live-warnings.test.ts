import type { StepReport } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { liveWarnings } from './live-warnings.ts';

const step = (live?: StepReport['live']): StepReport => ({
  ...{ step: 'caption', stage: '001', entering: 1, outcomes: {}, askedAgain: {}, attempts: 1, batches: 0 },
  ...{ inputTokens: 0, outputTokens: 0, estimatedCost: 0, cost: 0, realtimeCost: 0, startedAt: null, endedAt: null },
  ...(live === undefined ? {} : { live }),
});

test('a step in batches, or whose requests were refused before they cost anything, needs no warning', () => {
  expect(liveWarnings([step(), step({ retried: { 'rate-limited': 9 }, repeated: 0 })])).toEqual([]);
});

test('requests that may have been paid twice are told, by what happened to them', () => {
  const retried = { timeout: 1, connection: 2, 'server-error': 3 };
  expect(liveWarnings([step({ retried, repeated: 4 })])).toEqual([
    'Step "caption": at most 4 requests were sent again, since a process was killed while they were under way. The provider may have charged both.',
    'Step "caption": 6 requests failed on their way (1 too late, 2 cut off, 3 with an error of the server) and were sent again. The provider may have charged some of them.',
  ]);
});
