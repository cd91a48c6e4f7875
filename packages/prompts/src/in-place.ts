import { TemplateError } from '@batchmill/templates';
import { RowRequestError } from './row-request-error.ts';

/** Says in an error of a template in which part of the step it stands. */
export const inPlace = async <Made>(place: string, work: () => Made | Promise<Made>): Promise<Made> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new RowRequestError(error.code, `${place}: ${error.message}`, { cause: error });
  }
};
