import type { JsonObject } from '../json-shapes.ts';
import { listAt, objectAt, textAt } from '../json-shapes.ts';
import { codeError, unusableAnswer } from './line-errors.ts';
import type { ReadAnswer } from './read-line.ts';
import { readUsage } from './read-usage.ts';

const FILTERED = "The provider's content filter stopped the answer.";

/** The messages of a Responses API answer. */
export const readResponse = (body: JsonObject): ReadAnswer => {
  const usage = readUsage(body);
  const error = objectAt(body, 'error');
  if (textAt(body, 'status') === 'failed' || error !== null) {
    return { ...codeError(textAt(error, 'code') ?? 'failed', textAt(error, 'message') ?? '', 200), usage };
  }
  const parts = listAt(body, 'output').flatMap((item) => listAt(item, 'content'));
  const text = join(parts, 'output_text', 'text');
  const refusal = join(parts, 'refusal', 'refusal');
  const incomplete = textAt(objectAt(body, 'incomplete_details'), 'reason');
  if (text === '' && refusal !== '') return { kind: 'refused', message: refusal, usage };
  if (incomplete === 'content_filter') return { kind: 'refused', message: text === '' ? FILTERED : text, usage };
  if (incomplete !== null || textAt(body, 'status') === 'incomplete') return { kind: 'truncated', text, usage };
  if (text === '') return unusableAnswer('empty-answer', 'The answer is empty.', usage);
  return { kind: 'answer', text, finishReason: textAt(body, 'status') ?? 'completed', usage };
};

const join = (parts: unknown[], type: string, member: string): string =>
  parts
    .filter((part) => textAt(part, 'type') === type)
    .map((part) => textAt(part, member) ?? '')
    .join('');
