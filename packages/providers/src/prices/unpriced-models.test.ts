import type { CompiledPipeline, Stage } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { unpricedModels } from './unpriced-models.ts';

test('models without a known price are named once; what a row names is not known before', () => {
  const asks = (model: string): Stage => ({ number: '001', step: 's', kind: 'generate', generate: { model } }) as Stage;
  const stages: CompiledPipeline['stages'] = ['gpt-4o', 'llama-9', '{{ model }}', 'llama-9'].map(asks);
  expect(unpricedModels({ stages })).toEqual(['llama-9']);
});
