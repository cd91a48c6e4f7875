import { APIError } from 'openai';
import type { OpenAI } from 'openai';
import type { Connection } from './connection.ts';
import { connectionError, toProviderError } from './to-provider-error.ts';

/** Streams a file from the provider; null = there is none. */
export const openFile = async (
  client: OpenAI,
  connection: Connection,
  fileId: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | null> => {
  const silence = new AbortController();
  try {
    const response = await client.files.content(fileId, {
      signal: AbortSignal.any([silence.signal, ...(signal === undefined ? [] : [signal])]),
    });
    return readBody(response, connection, silence, signal);
  } catch (error) {
    if (error instanceof APIError && error.status === 404) return null;
    throw toProviderError(error, connection.apiKey);
  }
};

async function* readBody(
  response: Response,
  { apiKey, timeouts }: Connection,
  silence: AbortController,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let ended = false;
  try {
    for (;;) {
      const timer = setTimeout(() => silence.abort(new Error(`silent for ${timeouts.idleMs} ms`)), timeouts.idleMs);
      const { done, value } = await reader.read().finally(() => clearTimeout(timer));
      if (done) break;
      yield value;
    }
    ended = true;
  } catch (error) {
    ended = true;
    if (signal?.aborted === true) throw error;
    throw connectionError(error, apiKey);
  } finally {
    // Whoever stops reading early leaves no connection behind.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}
