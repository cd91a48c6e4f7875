import type { Fields, TransformStage } from '@batchmill/contracts';
import { derive } from './derive.ts';
import { expand } from './expand.ts';
import { normalize } from './normalize/normalize.ts';
import type { Transform, TransformContext } from './transform.ts';

/** One file each, by the name that stands in the pipeline. */
const FUNCTIONS: Readonly<Record<string, (context: TransformContext) => Transform>> = {
  derive,
  expand,
  normalize,
};

/** Throws where the stage names no function, or a template has a mistake: both are found when a pipeline is read. */
export const createTransform = (stage: TransformStage, vars: Fields): Transform => {
  const { name, options } = stage.transform;
  const make = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (make === undefined) throw new Error(`unknown transform "${name}"; known: ${Object.keys(FUNCTIONS).join(', ')}`);
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new Error(`the options of ${name} must be a map`);
  }
  return make({ options, vars, key: stage.key });
};
