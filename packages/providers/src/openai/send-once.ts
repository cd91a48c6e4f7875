import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export type OneRequest = {
  url: URL;
  headers: Record<string, string>;
  /** Length of the body in bytes; known beforehand, so that nothing has to be chunked. */
  contentLength: number;
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Limit for the whole exchange. */
  totalTimeoutMs?: number;
  /** Limit for silence on the line. */
  idleTimeoutMs?: number;
  signal?: AbortSignal | undefined;
};

export type HttpAnswer = { status: number; headers: http.IncomingHttpHeaders; text: string };

/** No whole answer came back. `sent` false = certain that not one byte of the request left. */
export class ExchangeError extends Error {
  readonly sent: boolean;
  constructor(sent: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ExchangeError';
    this.sent = sent;
  }
}

/** Answers to a POST are small objects; a longer one is no answer of a provider. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * One POST, once: a connection of its own (a pooled one may already be dead at the other end), no redirects, no
 * retries, no buffering of the body. Throws `ExchangeError`, or what the body's source threw.
 */
export const sendOnce = async (request: OneRequest): Promise<HttpAnswer> => {
  const secure = request.url.protocol === 'https:';
  const deadline = request.totalTimeoutMs === undefined ? undefined : AbortSignal.timeout(request.totalTimeoutMs);
  const signals = [request.signal, deadline].filter((signal) => signal !== undefined);
  const progress = { connected: false };
  const source = new MeasuredBody(request.body, request.contentLength);
  try {
    const outgoing = (secure ? https : http).request(request.url, {
      method: 'POST',
      headers: { ...request.headers, 'content-length': request.contentLength },
      agent: false,
      signal: AbortSignal.any(signals),
    });
    outgoing.once('socket', (socket) => {
      progress.connected = !socket.connecting;
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        progress.connected = true;
      });
    });
    if (request.idleTimeoutMs !== undefined) {
      outgoing.setTimeout(request.idleTimeoutMs, () =>
        outgoing.destroy(timeoutError(`silent for ${request.idleTimeoutMs} ms`)),
      );
    }
    return await exchange(outgoing, source);
  } catch (error) {
    if (source.failure !== undefined) throw source.failure;
    const late = deadline?.aborted === true ? timeoutError(`no answer within ${request.totalTimeoutMs} ms`) : error;
    throw new ExchangeError(progress.connected, late);
  }
};

const timeoutError = (message: string): Error => Object.assign(new Error(message), { code: 'ETIMEDOUT' });

const exchange = async (outgoing: http.ClientRequest, source: MeasuredBody): Promise<HttpAnswer> => {
  try {
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
      outgoing.once('close', () => reject(new Error('the connection was closed without an answer')));
    });
    // Its failure also reaches `answered`; an answer that comes before the body is through is still an answer.
    pipeline(Readable.from(source, { objectMode: false }), outgoing).catch(() => undefined);
    const incoming = await answered;
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, text: await readText(incoming) };
  } finally {
    outgoing.destroy();
  }
};

const readText = async (incoming: http.IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (!incoming.complete) throw new Error('the answer was cut off');
  return Buffer.concat(chunks).toString('utf8');
};

/** The body on its way out; remembers when its source failed, or gave another number of bytes than it said. */
class MeasuredBody {
  failure: unknown;
  readonly #chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly #expectedBytes: number;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, expectedBytes: number) {
    this.#chunks = chunks;
    this.#expectedBytes = expectedBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    try {
      for await (const chunk of this.#chunks) {
        bytes += chunk.byteLength;
        yield chunk;
      }
      if (bytes !== this.#expectedBytes) throw new Error(`the body has ${bytes} bytes, not ${this.#expectedBytes}`);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
