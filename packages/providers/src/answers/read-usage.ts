import type { Usage } from '@batchmill/contracts';
import { numberAt, objectAt } from '../json-shapes.ts';

/** Tokens of a response body, in either of the two spellings of the API; absent counts are 0. */
export const readUsage = (body: unknown): Usage => {
  const usage = objectAt(body, 'usage');
  const inputDetails = objectAt(usage, 'prompt_tokens_details') ?? objectAt(usage, 'input_tokens_details');
  const outputDetails = objectAt(usage, 'completion_tokens_details') ?? objectAt(usage, 'output_tokens_details');
  return {
    inputTokens: count(numberAt(usage, 'prompt_tokens') ?? numberAt(usage, 'input_tokens')),
    cachedInputTokens: count(numberAt(inputDetails, 'cached_tokens')),
    outputTokens: count(numberAt(usage, 'completion_tokens') ?? numberAt(usage, 'output_tokens')),
    reasoningTokens: count(numberAt(outputDetails, 'reasoning_tokens')),
  };
};

const count = (value: number | null): number => Math.max(0, Math.trunc(value ?? 0));
