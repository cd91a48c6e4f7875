import { NORMALIZATION_FIELD } from '@batchmill/contracts';
import type { Json, Round, Stage } from '@batchmill/contracts';

/** The fields that a stage gives a row, or gives new values. */
export const fieldsMadeByStage = (stage: Stage): string[] => [
  ...fieldsMadeByStep(stage),
  ...(stage.round === undefined ? [] : fieldsOfRounds(stage.round)),
];

/** The list of turns, and whether a row has as many as were wanted. */
export const fieldsOfRounds = ({ into }: Pick<Round, 'into'>): [turns: string, isComplete: string] => [
  into,
  `${into}_complete`,
];

/** The same without what follows from its place in rounds. */
export const fieldsMadeByStep = (stage: Stage): string[] => {
  if (stage.kind === 'generate') {
    const { into, rawInto } = stage.generate;
    return [...namesOf(into), ...(rawInto === undefined ? [] : [rawInto])];
  }
  const { name, options } = stage.transform;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return [];
  if (name === 'normalize') return [...namesOf(options['into'] ?? options['field']), NORMALIZATION_FIELD];
  return Object.keys(options).filter((field) => name !== 'expand' || field !== 'times');
};

/** One name, a list of names, or a map from the new name to where its value comes from. */
const namesOf = (into: Json | undefined): string[] => {
  if (typeof into === 'string') return [into];
  return typeof into === 'object' && into !== null ? (Array.isArray(into) ? into.map(String) : Object.keys(into)) : [];
};
