import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './exchange.ts';
import type { FaultKind, Struck } from './faults.ts';

const BODY_FAULTS: FaultKind[] = ['stall-in-body', 'drop-in-body', 'short-body'];

/** Sends an answer, broken off as the faults say. */
export const sendAnswer = async (
  response: ServerResponse,
  { status, headers = {}, body }: Answer,
  struck: Struck,
  isHead: boolean,
): Promise<void> => {
  const bytes = body === undefined ? 0 : 'path' in body ? body.end - body.start : body.byteLength;
  const kind = isHead ? undefined : BODY_FAULTS.find((each) => struck.has(each));
  const fault = kind === undefined ? undefined : struck.get(kind);
  const sent = { ...headers };
  if (kind === 'short-body') delete sent['content-length'];
  else if (status !== 304 && status !== 204) sent['content-length'] = headers['content-length'] ?? String(bytes);
  response.writeHead(status, sent);
  if (isHead || body === undefined) return void response.end();
  const limit = fault === undefined ? bytes : Math.min(bytes, fault.afterBytes ?? Math.floor(bytes / 2));
  await sendBody(response, body, limit, struck.get('slow')?.delayMs);
  if (kind === 'stall-in-body') return; // until the client gives up or the server closes
  if (kind === 'drop-in-body') response.destroy();
  else response.end();
};

const sendBody = async (
  response: ServerResponse,
  body: NonNullable<Answer['body']>,
  limit: number,
  delayMs: number | undefined,
): Promise<void> => {
  if (limit === 0) {
    response.flushHeaders();
    return;
  }
  const chunks =
    'path' in body
      ? createReadStream(body.path, { start: body.start, end: body.start + limit - 1 })
      : [body.subarray(0, limit)];
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    if (response.destroyed) return;
    if (delayMs !== undefined) await wait(delayMs);
    if (!response.write(chunk)) await drained(response);
  }
};

/** Until the client has taken what was written, or has gone. */
const drained = async (response: ServerResponse): Promise<void> => {
  const either = new AbortController();
  try {
    await Promise.race(['drain', 'close'].map((event) => once(response, event, { signal: either.signal })));
  } finally {
    either.abort();
  }
};
