import { HTTP_ERRORS } from '../observed-errors.ts';
import { ApiError, apiProblem } from './api-error.ts';

/** The one key that is refused; any other is accepted. */
const REFUSED_KEY = 'invalid';

export const requireKey = (authorization: string | undefined): void => {
  const key = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) throw new ApiError(apiProblem(HTTP_ERRORS.noKey, HTTP_ERRORS.noKey.message()));
  if (key === REFUSED_KEY) throw new ApiError(apiProblem(HTTP_ERRORS.wrongKey, HTTP_ERRORS.wrongKey.message(key)));
};
