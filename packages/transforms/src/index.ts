export { createTransform } from './create-transform.ts';
export { RowTransformError } from './row-transform-error.ts';
export { createRowTransform } from './transform-row.ts';
export type { TransformedRow } from './transform-row.ts';
export type { Transform } from './transform.ts';
