import { RowTransformError } from './row-transform-error.ts';

/** Code and message with which a row is refused. */
export const failureOf = (run: () => unknown): string => {
  try {
    return `no error: ${JSON.stringify(run())}`;
  } catch (error) {
    if (!(error instanceof RowTransformError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};
