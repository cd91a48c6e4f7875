import type { CompiledPipeline, Json } from '@batchmill/contracts';
import { parseAssignment } from '@batchmill/pipeline';
import { UsageError } from '../terminal/usage-error.ts';
import type { PipelineOptions } from './pipeline-options.ts';

export type Overrides = { variables: Record<string, Json>; set: Record<string, Json> };

/** Overrides that need not know the pipeline's steps. Those for steps stand in `defaults` until the steps are known. */
export const generalOverrides = (options: Omit<PipelineOptions, 'ids'> & { ids?: string[] }): Overrides => ({
  variables: assignments('--var', options.var),
  set: withoutUndefined({
    'defaults.provider': options.provider,
    'defaults.model': options.model,
    'defaults.mode': options.mode,
    'defaults.check_urls': options.checkUrls,
    key: options.key,
    only: options.step,
    'source.limit': options.limit,
    'source.from_key': options.fromKey,
    'source.ids': options.ids,
    'source.path': options.input,
    max_cost: options.maxCost,
    ...assignments('--set', options.set),
  }),
});

/** `--provider`, `--model`, `--mode`, `--check-urls` and `--into`, put into the steps that generate. What `--set` says of a step is stronger. */
export const stepOverrides = (options: PipelineOptions, pipeline: CompiledPipeline): Record<string, Json> => {
  const generating = pipeline.stages.filter(({ kind }) => kind === 'generate').map(({ step }) => step);
  const steps = [...new Set(generating)];
  if (options.into !== undefined && steps.length !== 1)
    throw new UsageError(
      `--into is for a pipeline with one generate step; this one has ${steps.length}. Use --set steps.${steps[0] ?? 'STEP'}.generate.into=${options.into}`,
    );
  const set: Record<string, Json> = {};
  for (const step of steps)
    Object.assign(
      set,
      withoutUndefined({
        [`steps.${step}.generate.provider`]: options.provider,
        [`steps.${step}.generate.model`]: options.model,
        [`steps.${step}.generate.mode`]: options.mode,
        [`steps.${step}.generate.into`]: options.into,
      }),
    );
  // a step with a whole body has no address that could be checked, and takes no such key
  const checked = pipeline.stages.filter((stage) => stage.kind === 'generate' && stage.generate.body === undefined);
  if (options.checkUrls !== undefined)
    for (const { step } of checked) set[`steps.${step}.generate.check_urls`] = options.checkUrls;
  return set;
};

const assignments = (option: '--set' | '--var', texts: readonly string[] = []): Record<string, Json> =>
  Object.fromEntries(texts.map((text) => parseAssignment(text, option)).map(({ path, value }) => [path, value]));

const withoutUndefined = (values: Record<string, Json | undefined>): Record<string, Json> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined));
