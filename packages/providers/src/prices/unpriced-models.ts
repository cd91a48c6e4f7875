import type { CompiledPipeline } from '@batchmill/contracts';
import { priceOf } from './prices.ts';

/** Models a pipeline names of which no price is known; not those that a row names. */
export const unpricedModels = ({ stages }: Pick<CompiledPipeline, 'stages'>): string[] => {
  const models = stages.flatMap((stage) => (stage.kind === 'generate' ? [stage.generate.model] : []));
  return [...new Set(models)].filter((model) => !model.includes('{{') && priceOf(model) === null);
};
