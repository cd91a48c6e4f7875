import { stageNumber } from '@batchmill/contracts';
import type { CompiledPipeline, Stage } from '@batchmill/contracts';
import { asTemplate } from './as-template.ts';
import { compileGenerate } from './compile-generate.ts';
import { compileOutput } from './compile-output.ts';
import { compileSource } from './compile-source.ts';
import type { Definition, StepDefinition } from '../definition/definition.ts';

/** Share of rows that may lack a field before nothing is submitted. */
const DEFAULT_MAX_INVALID = 0.05;

/** A pipeline that has passed every check, in the form that jobs keep. */
export const compilePipeline = (definition: Definition): CompiledPipeline => {
  const { name, vars = {}, key, max_cost: maxCost, shards, steps, defaults = {}, output } = definition;
  const outputs = output === undefined ? [{ file: `${name}.jsonl` }] : [output].flat();
  return {
    v: 1,
    name,
    vars,
    source: compileSource(definition.source),
    key: asTemplate(key),
    maxInvalid: shareOf(definition.max_invalid),
    shardRows: shards?.rows ?? 'auto',
    ...(maxCost === undefined ? {} : { maxCost }),
    stages: steps.map((step, index) => compileStage(step, stageNumber(index + 1), defaults)),
    outputs: outputs.map(compileOutput),
  };
};

const compileStage = (step: StepDefinition, number: string, defaults: NonNullable<Definition['defaults']>): Stage => {
  const { id, when, generate, transform } = step;
  const base = { number, step: id, ...(when === undefined ? {} : { when }) };
  if (generate !== undefined) {
    const removeWhen = step.remove_when ?? generate.remove_when;
    return {
      ...base,
      kind: 'generate',
      generate: compileGenerate(generate, defaults, id),
      ...(removeWhen === undefined ? {} : { removeWhen }),
    };
  }
  const { key = step.key, ...functions } = transform ?? {};
  const [name, options] = Object.entries(functions).find(([, options]) => options !== undefined) ?? ['derive', {}];
  return {
    ...base,
    kind: 'transform',
    transform: { name, options },
    ...(key === undefined ? {} : { key }),
  };
};

const shareOf = (share: string | number | undefined): number => {
  if (typeof share !== 'string') return share ?? DEFAULT_MAX_INVALID;
  return Number(share.replace('%', '')) / 100;
};
