import type { ChatBody, JsonSchema } from './chat-body.ts';
import { textOf } from './chat-body.ts';

/** A prompt says at its end how it wants to be answered. */
const TAIL_CHARACTERS = 4_000;
const MOST_TRIED = 50;

/** The schema of the last JSON object that a prompt shows while it speaks of JSON; null where there is none. */
export const shownSchema = (body: ChatBody): JsonSchema | null => {
  const text = body.messages
    .filter(({ role }) => role === 'user')
    .map(textOf)
    .join('\n')
    .slice(-TAIL_CHARACTERS);
  if (!/\bjson\b/i.test(text)) return null;
  let shown: JsonSchema | null = null;
  let at = text.indexOf('{');
  for (let tried = 0; at >= 0 && tried < MOST_TRIED; tried += 1) {
    const end = endOfObject(text, at);
    const value = end === undefined ? undefined : parsed(text.slice(at, end));
    if (value !== undefined) shown = schemaOf(value);
    at = text.indexOf('{', value === undefined ? at + 1 : end);
  }
  return shown;
};

/** Behind the brace that closes the one at `start`; braces inside texts do not count. */
const endOfObject = (text: string, start: number): number | undefined => {
  let open = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/g;
  tokens.lastIndex = start;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    if (token[0] === '{') open += 1;
    if (token[0] === '}') open -= 1;
    if (open === 0) return tokens.lastIndex;
  }
  return undefined;
};

const parsed = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? value : undefined;
  } catch {
    return undefined;
  }
};

const schemaOf = (value: unknown): JsonSchema => {
  if (Array.isArray(value)) return { type: 'array', items: schemaOf(value[0] ?? ''), minItems: 1, maxItems: 3 };
  if (typeof value === 'object' && value !== null) {
    const properties = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOf(inner)]));
    return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
  }
  if (typeof value === 'number')
    return { type: Number.isInteger(value) ? 'integer' : 'number', minimum: 0, maximum: 10 };
  return { type: typeof value === 'boolean' ? 'boolean' : 'string' };
};
