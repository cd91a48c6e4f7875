import type { JsonObject } from '../json-shapes.ts';
import { listAt, textAt } from '../json-shapes.ts';
import { unusableAnswer } from './line-errors.ts';
import type { ReadAnswer } from './read-line.ts';
import { readUsage } from './read-usage.ts';

/**
 * Endpoints without a conversation: completions give their text; embeddings the vector, as JSON (a list of vectors
 * where several inputs were sent); moderations their results, as JSON; anything else the whole body, as JSON.
 */
export const readOtherAnswer = (body: JsonObject): ReadAnswer => {
  const usage = readUsage(body);
  const choice = listAt(body, 'choices')[0];
  const completion = textAt(choice, 'text');
  if (completion !== null) {
    const finishReason = textAt(choice, 'finish_reason') ?? '';
    if (finishReason === 'content_filter') return { kind: 'refused', message: completion, usage };
    if (finishReason === 'length') return { kind: 'truncated', text: completion, usage };
    return { kind: 'answer', text: completion, finishReason, usage };
  }
  if ('choices' in body) return unusableAnswer('empty-choices', 'The answer holds no choice.', usage);
  const vectors = listAt(body, 'data').map((item) => listAt(item, 'embedding'));
  const value = vectors.length > 0 && vectors[0]?.length ? (vectors.length === 1 ? vectors[0] : vectors) : undefined;
  return { kind: 'answer', text: JSON.stringify(value ?? body['results'] ?? body), finishReason: 'stop', usage };
};
