import { NORMALIZATION_FIELD } from '@batchmill/contracts';
import type { Json, Stage } from '@batchmill/contracts';

/** The fields that a stage gives a row, or gives new values. */
export const fieldsMadeByStage = (stage: Stage): string[] => {
  if (stage.kind === 'generate') return namesOf(stage.generate.into);
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
