import type { CompiledPipeline } from '@batchmill/contracts';
import { asTemplate } from './as-template.ts';
import { compileOutput } from './compile-output.ts';
import { compileSource } from './compile-source.ts';
import { compileStages } from './compile-stages.ts';
import { compileOneStep, mapsOfTurns } from './compile-one-step.ts';
import type { Definition } from '../definition/definition.ts';

/** Share of rows that may lack a field before nothing is submitted. */
const DEFAULT_MAX_INVALID = 0.05;

/** A pipeline that has passed every check, in the form that jobs keep. */
export const compilePipeline = (definition: Definition): CompiledPipeline => {
  const { name, vars = {}, key, max_cost: maxCost, shards, steps, output } = definition;
  const source = compileSource(definition.source);
  const outputs = output === undefined ? [{ file: `${name}.jsonl` }] : [output].flat();
  const compiled = outputs.map(compileOutput);
  const all = {
    stages: compileStages(steps, { defaults: definition.defaults ?? {}, turnsAsMap: mapsOfTurns(compiled) }),
    outputs: compiled,
  };
  return {
    v: 1,
    name,
    vars,
    source,
    key: asTemplate(key),
    maxInvalid: shareOf(definition.max_invalid),
    shardRows: shards?.rows ?? 'auto',
    ...(maxCost === undefined ? {} : { maxCost }),
    ...(definition.only === undefined
      ? all
      : compileOneStep(stepsNamed(definition.only, steps), all.stages, source, all.outputs)),
  };
};

/** The stages of a `repeat` are known by the field of its turns, whatever its id is. */
const stepsNamed = (only: string, steps: Definition['steps']): string =>
  steps.find(({ id }) => id === only)?.repeat?.into ?? only;

const shareOf = (share: string | number | undefined): number => {
  if (typeof share !== 'string') return share ?? DEFAULT_MAX_INVALID;
  return Number(share.replace('%', '')) / 100;
};
