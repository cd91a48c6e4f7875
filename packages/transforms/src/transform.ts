import type { Fields, Json, Row } from '@batchmill/contracts';

/** A function of the augmenter made ready for a stage. Pure: the same row gives the same rows. */
export type Transform = {
  /** The rows a row becomes, in order. Throws `RowTransformError` where this row cannot be transformed. */
  apply(row: Row): Row[];
};

export type TransformContext = {
  options: { [name: string]: Json };
  vars: Fields;
  /** Template of the new rows' key, if the stage has one. */
  key: string | undefined;
};
