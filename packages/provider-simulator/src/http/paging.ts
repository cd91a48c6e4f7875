import { ApiError, apiProblem } from './api-error.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';

export type PageQuery = { limit: number; after: string | null };

export const parsePageQuery = (query: Record<string, unknown>, usual: number, most: number): PageQuery => {
  const after = typeof query.after === 'string' && query.after !== '' ? query.after : null;
  if (query.limit === undefined || query.limit === '') return { limit: usual, after };
  const limit = Number(query.limit);
  if (!Number.isInteger(limit)) {
    const message = HTTP_ERRORS.invalidType.message('limit', 'an integer', 'a string');
    throw new ApiError(apiProblem(HTTP_ERRORS.invalidType, message, 'limit'));
  }
  if (limit < 1) throw outside('integerTooSmall', 1, limit);
  if (limit > most) throw outside('integerTooLarge', most, limit);
  return { limit, after };
};

/** One page of records already in order; `after` is the last id of the page before. */
export const pageOf = <Kept extends { id: string }>(
  ordered: readonly Kept[],
  { limit, after }: PageQuery,
  toWire: (record: Kept) => Record<string, unknown>,
): Record<string, unknown> => {
  const start = after === null ? 0 : ordered.findIndex((record) => record.id === after) + 1;
  if (after !== null && start === 0) throw unknownCursor(after);
  const page = ordered.slice(start, start + limit);
  return {
    object: 'list',
    data: page.map(toWire),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: start + limit < ordered.length,
  };
};

const outside = (kind: 'integerTooSmall' | 'integerTooLarge', limit: number, got: number): ApiError =>
  new ApiError(apiProblem(HTTP_ERRORS[kind], HTTP_ERRORS[kind].message('limit', limit, got), 'limit'));

const unknownCursor = (after: string): ApiError =>
  new ApiError(
    apiProblem(HTTP_ERRORS.invalidValue, `Invalid 'after': no object with id '${after}' in this list.`, 'after'),
  );
