import type { ProviderBatch } from '../batch-provider.ts';
import { isMissingFile, isPoolFull, readTokenLimit } from './error-codes.ts';

export type BatchFailure = {
  failure: 'pool-full' | 'bad-lines' | 'fenced' | 'other';
  /** 1-based lines of the input file that did not pass validation, ascending; the others did nothing wrong. */
  badLines: number[];
  /** The model's limit of waiting tokens, where the message names it. */
  limitTokens?: number;
};

/** Why a failed batch failed, in one word (providers.md 1.5 and 1.7). */
export const classifyBatchFailure = (batch: ProviderBatch): BatchFailure => {
  const poolFull = batch.errors.find(({ code, message }) => isPoolFull(code, message));
  if (poolFull !== undefined) {
    const limitTokens = readTokenLimit(poolFull.message);
    return { failure: 'pool-full', badLines: [], ...(limitTokens === undefined ? {} : { limitTokens }) };
  }
  const fileIsGone = batch.errors.some(
    ({ line, param, message }) =>
      line === null && (param === 'file_id' || param === 'input_file_id' || isMissingFile(message)),
  );
  if (fileIsGone) return { failure: 'fenced', badLines: [] };
  const lines = batch.errors.map(({ line }) => line).filter((line): line is number => line !== null && line > 0);
  if (lines.length === 0) return { failure: 'other', badLines: [] };
  return { failure: 'bad-lines', badLines: [...new Set(lines)].sort((a, b) => a - b) };
};
