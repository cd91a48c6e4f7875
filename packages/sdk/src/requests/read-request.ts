import type { BatchRequest, NotAsked } from './request-line.ts';

/** A request as a line of a file; requests of one group may stand in one batch. */
export type ReadRequest = { customId: string; group: string; model: string; url: string; text: string; bytes: number };

/** What can stand in a file of at most `maxBytes`; a text stays as it is. */
export const readRequest = (
  given: BatchRequest | NotAsked | string,
  line: number,
  maxBytes: number,
): ReadRequest | NotAsked => {
  if (typeof given === 'object' && given !== null && 'outcome' in given) return given;
  const request = typeof given === 'string' ? parsed(given) : given;
  const customId = memberOf(request, 'custom_id');
  const key = typeof customId === 'string' && customId !== '' ? customId : null;
  const refuse = (code: string, message: string): NotAsked => ({
    outcome: 'invalid',
    key,
    line,
    reason: { code, message },
  });
  const url = memberOf(request, 'url');
  const model = memberOf(memberOf(request, 'body'), 'model');
  if (key === null || typeof url !== 'string' || typeof model !== 'string' || model === '')
    return refuse(
      'no-request',
      'no request: expected an object with custom_id, method, url and a body that names a model',
    );
  const text = `${typeof given === 'string' ? given.replace(/\r?\n$/, '') : JSON.stringify(given)}\n`;
  if (text.indexOf('\n') < text.length - 1) return refuse('no-request', 'no request: it does not stand on one line');
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) return refuse('request-too-large', `the request has ${bytes} bytes; a part takes ${maxBytes}`);
  return { customId: key, group: JSON.stringify([url, model]), model, url, text, bytes };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
