import { checkChatBody } from '../answers/check-chat-body.ts';
import type { ChatBody } from '../answers/chat-body.ts';
import { promptTokens, textTokens } from '../answers/prompt-tokens.ts';
import type { Turn } from '../fair-turns.ts';
import { BATCH_ERRORS } from '../observed-errors.ts';
import type { BatchError } from '../state/records.ts';
import { checkLine } from './check-line.ts';
import type { RequestLine } from './check-line.ts';
import { eachLine } from './each-line.ts';

/** What one pass over an input file finds out. */
export type ScannedInput = {
  errors: BatchError[];
  /** Where each request begins, and how many bytes it has. */
  offsets: readonly number[];
  lengths: readonly number[];
  model: string | null;
  promptTokens: number;
};

/** Checks every line and reports every bad one by its number. Lines beyond the most a batch may have are only counted. */
export const scanInput = async (
  path: string,
  endpoint: string,
  mostRequests: number,
  turn: Turn,
  signal: AbortSignal,
): Promise<ScannedInput> => {
  const errors: BatchError[] = [];
  const offsets: number[] = [];
  const lengths: number[] = [];
  const customIds = new Set<string>();
  let model: string | null = null;
  let tokens = 0;
  let lines = 0;

  const checkInFile = (request: RequestLine): Omit<BatchError, 'line'> | null => {
    model ??= request.body.model;
    if (request.body.model !== model) {
      const { code, message } = BATCH_ERRORS.mixedModels;
      return { code, message: message(request.body.model), param: 'body.model' };
    }
    if (customIds.has(request.customId)) {
      const { code, message } = BATCH_ERRORS.duplicateId;
      return { code, message: message(request.customId), param: 'custom_id' };
    }
    customIds.add(request.customId);
    return null;
  };

  await eachLine(path, turn, ({ bytes, offset }) => {
    lines += 1;
    if (lines > mostRequests) return !signal.aborted;
    const checked = checkLine(bytes.toString('utf8'), endpoint);
    const error = checked.ok ? checkInFile(checked.request) : checked.error;
    if (error !== null) errors.push({ ...error, line: lines });
    if (checked.ok) {
      offsets.push(offset);
      lengths.push(bytes.length);
      tokens += enqueuedTokens(checked.request.body, bytes.length);
    }
    return !signal.aborted;
  });

  if (lines === 0)
    errors.push({ code: BATCH_ERRORS.empty.code, message: BATCH_ERRORS.empty.message(), line: null, param: null });
  if (lines > mostRequests) {
    const { code, message } = BATCH_ERRORS.tooManyRequests;
    errors.push({ code, message: message(lines, mostRequests), line: null, param: null });
  }
  return { errors, offsets, lengths, model, promptTokens: tokens };
};

/** A body that will be refused when its turn comes is counted by its size; so is one too deep to look at. */
const enqueuedTokens = (body: RequestLine['body'], bytes: number): number => {
  try {
    return checkChatBody(body) === null ? promptTokens(body as ChatBody) : textTokens(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return textTokens(bytes);
  }
};
