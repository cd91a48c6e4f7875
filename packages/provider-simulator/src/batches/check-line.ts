import { isKnownModel } from '../answers/model-names.ts';
import { shownValue } from '../answers/shown-value.ts';
import { BATCH_ERRORS } from '../observed-errors.ts';
import type { BatchError } from '../state/records.ts';

/** One request of an input file that is fit to run. */
export type RequestLine = { customId: string; body: Record<string, unknown> & { model: string } };

export type CheckedLine = { ok: true; request: RequestLine } | { ok: false; error: Omit<BatchError, 'line'> };

/** Checks a line by itself: the first mistake, in the order in which the provider looks. */
export const checkLine = (text: string, endpoint: string): CheckedLine => {
  const line = parse(text);
  if (line === undefined) return wrong(BATCH_ERRORS.unparsable.code, BATCH_ERRORS.unparsable.message(), null);
  if (!isObject(line)) return wrong(BATCH_ERRORS.notObject.code, BATCH_ERRORS.notObject.message(), null);
  for (const name of ['custom_id', 'method', 'url', 'body'] as const) {
    if (line[name] === undefined || line[name] === null) {
      return wrong(BATCH_ERRORS.missing.code, BATCH_ERRORS.missing.message(name), name);
    }
  }
  const { custom_id: customId, method, url, body } = line;
  if (typeof customId !== 'string') return wrongType('custom_id', 'a string');
  if (method !== 'POST') {
    return wrong(BATCH_ERRORS.wrongMethod.code, BATCH_ERRORS.wrongMethod.message(shownValue(method)), 'method');
  }
  if (url !== endpoint) return wrong(BATCH_ERRORS.wrongUrl.code, BATCH_ERRORS.wrongUrl.message(), 'url');
  if (!isObject(body)) return wrongType('body', 'an object');
  if (body.stream === true) {
    return wrong(BATCH_ERRORS.streaming.code, BATCH_ERRORS.streaming.message(), 'body.stream');
  }
  const { model } = body;
  if (model === undefined || model === null) {
    return wrong(BATCH_ERRORS.noModel.code, BATCH_ERRORS.noModel.message(), 'body.model');
  }
  if (typeof model !== 'string' || !isKnownModel(model)) {
    return wrong(BATCH_ERRORS.unknownModel.code, BATCH_ERRORS.unknownModel.message(shownValue(model)), 'body.model');
  }
  if (body.messages === undefined || body.messages === null) {
    return wrong(BATCH_ERRORS.noMessages.code, BATCH_ERRORS.noMessages.message(), 'body.messages');
  }
  return { ok: true, request: { customId, body: body as RequestLine['body'] } };
};

/** The request of a line that has passed the check before. */
export const requestOf = (text: string): RequestLine => {
  const line = JSON.parse(text) as { custom_id: string; body: RequestLine['body'] };
  return { customId: line.custom_id, body: line.body };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wrong = (code: string, message: string, param: string | null): CheckedLine => ({
  ok: false,
  error: { code, message, param },
});

const wrongType = (name: string, expected: string): CheckedLine =>
  wrong(BATCH_ERRORS.wrongType.code, BATCH_ERRORS.wrongType.message(name, expected), name);
