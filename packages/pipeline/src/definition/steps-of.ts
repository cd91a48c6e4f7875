import type { Json } from '@batchmill/contracts';
import { childrenOf, isMap, valueAt } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';

/** A step of a document, or a `repeat` with steps of its own. */
export type StepAt = { path: Path; step: { [key: string]: Json }; isInRepeat: boolean };

/** All steps of a document in order, those inside a `repeat` right behind it. */
export const stepsOf = (document: Json): StepAt[] =>
  stepsAt(document, ['steps']).flatMap(({ path, step }) => [
    { path, step, isInRepeat: false },
    ...stepsAt(document, [...path, 'steps']).map((inner) => ({ ...inner, isInRepeat: true })),
  ]);

const stepsAt = (document: Json, path: Path): Pick<StepAt, 'path' | 'step'>[] =>
  childrenOf(valueAt(document, path) ?? []).flatMap(([index, step]) =>
    isMap(step) ? [{ path: [...path, index], step }] : [],
  );

/** The path that a place inside a step of a `repeat` would have in a step of the pipeline. */
export const asInStep = (path: Path): Path =>
  path[0] === 'steps' && path[2] === 'steps' && path.length > 3 ? ['steps', ...path.slice(3)] : path;
