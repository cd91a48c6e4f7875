import type { Fields, Json, Message } from '@batchmill/contracts';
import { compileTemplate } from '@batchmill/templates';
import { compileImagePart } from './image-part.ts';
import type { ImageAdapters, RequestBeingMade } from './image-part.ts';
import { RowRequestError } from './row-request-error.ts';

export type RenderedMessage = { role: string; content: string | Json[] };

/** One message for each one declared, with its role: nothing in a row can add one, or change a role. */
export const compileMessage = (
  message: Message,
  adapters: ImageAdapters,
): ((scope: Fields, request: RequestBeingMade) => Promise<RenderedMessage>) => {
  const { role, content } = message;
  if (typeof content === 'string') {
    const text = compileTemplate(content);
    return async (scope) => ({ role, content: text.render(scope) });
  }
  const parts = content.map((part) => ('text' in part ? textPart(part.text) : compileImagePart(part.image, adapters)));
  return async (scope, request) => {
    const rendered: Json[] = [];
    for (const part of parts) {
      const made = await part(scope, request);
      if (made !== null) rendered.push(made);
    }
    if (rendered.length === 0) throw new RowRequestError('empty-message', `the ${role} message is empty`);
    return { role, content: rendered };
  };
};

/** Providers refuse a text part without text; it is left out. */
const textPart = (source: string): ((scope: Fields) => Promise<Json>) => {
  const template = compileTemplate(source);
  return async (scope) => {
    const text = template.render(scope);
    return text === '' ? null : { type: 'text', text };
  };
};
