import type { JsonObject } from '../json-shapes.ts';
import { listAt, objectAt, textAt } from '../json-shapes.ts';
import { unusableAnswer } from './line-errors.ts';
import type { ReadAnswer } from './read-line.ts';
import { readUsage } from './read-usage.ts';

const FILTERED = "The provider's content filter stopped the answer.";

/** The first choice of a chat completion. */
export const readChatCompletion = (body: JsonObject): ReadAnswer => {
  const usage = readUsage(body);
  const choice = listAt(body, 'choices')[0];
  const message = objectAt(choice, 'message');
  if (message === null) return unusableAnswer('empty-choices', 'The answer holds no choice.', usage);
  const finishReason = textAt(choice, 'finish_reason') ?? '';
  const text = contentText(message);
  const refusal = textAt(message, 'refusal');
  // Reasoning models have been seen to put a whole, valid answer into `refusal` with content null and reason "stop".
  // It stays a refusal: the model marked it as one. The text is kept.
  if (text === '' && refusal !== null && refusal !== '') return { kind: 'refused', message: refusal, usage };
  if (finishReason === 'content_filter') return { kind: 'refused', message: text === '' ? FILTERED : text, usage };
  if (finishReason === 'length') return { kind: 'truncated', text, usage };
  if (text === '')
    return unusableAnswer('empty-answer', `The answer is empty (finish reason "${finishReason}").`, usage);
  return { kind: 'answer', text, finishReason, usage };
};

/** Content is a text, or with some servers a list of parts. */
const contentText = (message: JsonObject): string =>
  textAt(message, 'content') ??
  listAt(message, 'content')
    .map((part) => textAt(part, 'text') ?? '')
    .join('');
