import { apiErrorSchema } from '@batchmill/contracts';
import { ApiError, ConnectionError } from './errors.ts';

export type Fetch = typeof globalThis.fetch;

export type TransportOptions = {
  url: string;
  token?: string | undefined;
  fetch?: Fetch | undefined;
  /** Waits before a request is repeated; a test gives one that does not. */
  sleep?: ((milliseconds: number) => Promise<void>) | undefined;
};

export type RequestOptions = {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string | ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal | undefined;
  /** The request may be sent again when no answer came, since a second one changes nothing. */
  repeatable: boolean;
};

export type Transport = {
  /** Sends a request; resolves for 2xx only. Throws ApiError or ConnectionError. */
  open(path: string, options: RequestOptions): Promise<Response>;
  sleep(milliseconds: number): Promise<void>;
  url: string;
};

const REPEATS = 4;
const FIRST_WAIT_MS = 200;
const TEMPORARY_STATUSES = [502, 503, 504];

export const createTransport = (options: TransportOptions): Transport => {
  const url = options.url.replace(/\/+$/, '');
  const send = options.fetch ?? globalThis.fetch;
  const sleep = options.sleep ?? pause;

  const once = async (path: string, request: RequestOptions): Promise<Response> => {
    const headers = new Headers(request.headers);
    if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`);
    const init: RequestInit & { duplex?: 'half' } = { method: request.method ?? 'GET', headers };
    if (request.signal !== undefined) init.signal = request.signal;
    if (request.body !== undefined) {
      init.body = request.body;
      init.duplex = 'half';
    }
    const response = await send(`${url}${path}`, init).catch((error: unknown) => {
      request.signal?.throwIfAborted();
      throw new ConnectionError(url, { cause: error });
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  };

  const open = async (path: string, request: RequestOptions): Promise<Response> => {
    for (let repeat = 0; ; repeat += 1) {
      try {
        return await once(path, request);
      } catch (error) {
        if (!request.repeatable || repeat >= REPEATS || !isTemporary(error)) throw error;
        await sleep(FIRST_WAIT_MS * 2 ** repeat);
      }
    }
  };

  return { open, sleep, url };
};

export const isTemporary = (error: unknown): boolean =>
  error instanceof ConnectionError || (error instanceof ApiError && TEMPORARY_STATUSES.includes(error.status));

const errorOf = async (response: Response): Promise<ApiError> => {
  const text = await response.text().catch(() => '');
  const parsed = apiErrorSchema.safeParse(parseJson(text));
  if (!parsed.success)
    return new ApiError(response.status, 'unknown', `The server answered ${response.status} ${text.slice(0, 200)}`);
  const { code, message, details } = parsed.data.error;
  return new ApiError(response.status, code, message, details);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
