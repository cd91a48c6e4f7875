import { TemplateError } from '@batchmill/templates';

/**
 * This row cannot be transformed; others can. Codes: those of `TemplateError`, `not-a-list`, `empty-list`, `not-a-count`,
 * `too-many-copies`, `duplicate-key`.
 */
export class RowTransformError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RowTransformError';
    this.code = code;
  }
}

/** Says in an error of a template in which option it stands. */
export const inOption = <Made>(option: string, work: () => Made): Made => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new RowTransformError(error.code, `${option}: ${error.message}`, { cause: error });
  }
};
