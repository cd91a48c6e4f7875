export { createTransform } from './create-transform.ts';
export { RowTransformError } from './row-transform-error.ts';
export type { Transform } from './transform.ts';
