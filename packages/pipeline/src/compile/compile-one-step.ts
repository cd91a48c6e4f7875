import { stageNumber } from '@batchmill/contracts';
import type { CompiledPipeline, Output, Source, Stage } from '@batchmill/contracts';
import { allOf, noneOf } from './join-conditions.ts';

/**
 * One step taken by itself: its stage, or all rounds where a `repeat` is named, and one output with every row and all its
 * fields, in the form of the source, its turns as the outputs of the whole have them. Rows that a step before has removed are left alone.
 */
export const compileOneStep = (
  only: string,
  stages: readonly Stage[],
  source: Source,
  outputs: readonly Output[],
): Pick<CompiledPipeline, 'stages' | 'outputs'> => {
  const named = stages.filter(({ step }) => step === only);
  const rounds = stages.filter(({ round }) => round?.into === only);
  const first = named[0];
  const wanted = first === undefined ? rounds : first.round === undefined ? [first] : [byItself(first)];
  const at = stages.findIndex((stage) => stage === (first ?? rounds[0]));
  const removed = stages.slice(0, at).flatMap((stage) => (stage.kind === 'generate' ? (stage.removeWhen ?? []) : []));
  return {
    stages: wanted.map((stage, index) => ({ ...unlessRemoved(stage, removed), number: stageNumber(index + 1) })),
    outputs: [{ ...sameForm(source), rows: 'all', ...sameTurns(outputs, wanted) }],
  };
};

/** A step of rounds, for whichever turn is next for each row. */
const byItself = (stage: Stage): Stage => {
  if (stage.round === undefined) return stage;
  const { number: _number, ...round } = stage.round;
  return { ...stage, round: { ...round, opens: true, closes: true } };
};

const unlessRemoved = (stage: Stage, removed: readonly string[]): Stage => {
  const conditions = [...[...new Set(removed)].map(noneOf), ...(stage.when === undefined ? [] : [stage.when])];
  return conditions.length === 0 ? stage : { ...stage, when: allOf(conditions) };
};

/** Field with turns → the field of the outputs that has them as a map. */
export const mapsOfTurns = (outputs: readonly Output[]): Record<string, string> =>
  Object.assign({}, ...outputs.map((output) => output.turnsAsMap)) as Record<string, string>;

/** Only of turns that the step itself makes: those that a row brings along stay in the form in which they are. */
const sameTurns = (outputs: readonly Output[], stages: readonly Stage[]): Pick<Output, 'turnsAsMap'> => {
  const made = Object.entries(mapsOfTurns(outputs)).filter(([turns]) =>
    stages.some(({ round }) => round?.into === turns),
  );
  return made.length === 0 ? {} : { turnsAsMap: Object.fromEntries(made) };
};

const sameForm = ({ format, paths }: Source): Pick<Output, 'format' | 'file'> => {
  const form = format === 'm4' ? 'csv' : format;
  const name = (paths[0] ?? '').split(/[/\\]/).at(-1) ?? '';
  return { format: form, file: name === '' ? `rows.${form}` : name };
};
