import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, GenerateStage, Json, Problem } from '@batchmill/contracts';
import { readPipeline } from '@batchmill/pipeline';

/** A pipeline, or a step of one, as it stands in a file. */
export type PipelineOrStep = string | { [name: string]: Json };

export type StepOptions = {
  /** Id of the step that asks; by default the first one that does. */
  step?: string;
  /** Field or template that tells rows apart; a step alone needs it, to a pipeline it is an override. */
  key?: string;
  /** Values for `vars`, and overrides by path such as `steps[0].generate.model`. */
  variables?: Record<string, Json>;
  set?: Record<string, Json>;
  /** Contents of the files that are named with `$file`, by path. */
  files?: Record<string, Json>;
};

export type StepToAsk = { pipeline: CompiledPipeline; stage: GenerateStage };

/** @throws InputError with every mistake in it */
export const stepToAsk = (given: PipelineOrStep, { step, key, variables, set, files }: StepOptions): StepToAsk => {
  const source = typeof given === 'object' && 'generate' in given ? pipelineOf(given, key) : given;
  const overrides = key === undefined ? (set ?? {}) : { ...set, key };
  const pipeline = readPipeline({ source, variables, set: overrides, files });
  const asking = pipeline.stages.filter((stage) => stage.kind === 'generate');
  const stage = step === undefined ? asking[0] : asking.find((one) => one.step === step);
  if (stage === undefined) throw new InputError([noStep(asking, step)]);
  return { pipeline, stage };
};

const pipelineOf = (step: { [name: string]: Json }, key: string | undefined): { [name: string]: Json } => {
  if (key === undefined) throw new InputError([NO_KEY]);
  return { name: 'requests', source: { path: 'rows.jsonl' }, key, steps: [{ id: 'request', ...step }] };
};

const NO_KEY: Problem = {
  code: 'missing',
  message: 'a step alone does not say what tells its rows apart',
  expected: 'the name of a field, or a template, as the option `key`',
};

const noStep = (asking: readonly GenerateStage[], step: string | undefined): Problem =>
  step === undefined
    ? { code: 'no-generate-step', message: 'the pipeline asks no model: there are no requests to make' }
    : {
        code: 'unknown-step',
        message: `no step "${step}" asks a model`,
        expected: asking.map((one) => one.step).join(', '),
      };
