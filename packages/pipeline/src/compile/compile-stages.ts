import { stageNumber } from '@batchmill/contracts';
import type { Round, Stage } from '@batchmill/contracts';
import { fieldsMadeByStep } from '@batchmill/templates';
import type { Definition, InnerStepDefinition, StepDefinition } from '../definition/definition.ts';
import { compileGenerate } from './compile-generate.ts';
import { allOf } from './join-conditions.ts';

type Defaults = NonNullable<Definition['defaults']>;

type Surroundings = {
  defaults: Defaults;
  /** Field with turns → field in which an output has them as a map: what was written so is read again. */
  turnsAsMap: Readonly<Record<string, string>>;
};
type Unnumbered<One = Stage> = One extends Stage ? Omit<One, 'number'> : never;

/** The steps as numbered stages; a `repeat` gives its steps once for each round. */
export const compileStages = (steps: readonly StepDefinition[], around: Surroundings): Stage[] =>
  steps
    .flatMap((step) => (step.repeat === undefined ? [compileStep(step, around.defaults)] : compileRounds(step, around)))
    .map((stage, index) => ({ ...stage, number: stageNumber(index + 1) }));

const compileStep = (step: StepDefinition | InnerStepDefinition, defaults: Defaults): Unnumbered => {
  const { id = '', when, generate, transform } = step;
  const base = { step: id, ...(when === undefined ? {} : { when }) };
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

const compileRounds = (
  { when, repeat, steps = [] }: StepDefinition,
  { defaults, turnsAsMap }: Surroundings,
): Unnumbered[] => {
  const { times = 1, into = '', on_failure: onFailure = 'keep' } = repeat ?? {};
  const from = repeat?.from ?? turnsAsMap[into] ?? into;
  const compiled = steps.map((step) => compileStep(step, defaults));
  const made = compiled.map((stage) => fieldsMadeByStep({ ...stage, number: FIRST }));
  const fields = [...new Set(made.flat())];
  const placed = compiled.map((stage, index): Unnumbered => {
    const round: Round = {
      times,
      into,
      from,
      fields,
      before: [...new Set(made.slice(0, index).flat())],
      opens: index === 0,
      closes: index === compiled.length - 1,
      onFailure,
    };
    const both = [when, stage.when].filter((condition) => condition !== undefined);
    return { ...stage, ...(both.length === 0 ? {} : { when: allOf(both) }), round };
  });
  return Array.from({ length: times }, (_, index) => index + 1).flatMap((number) =>
    placed.map((stage) => ({ ...stage, round: { ...(stage.round as Round), number } })),
  );
};

const FIRST = stageNumber(1);
