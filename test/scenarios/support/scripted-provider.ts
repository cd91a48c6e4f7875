import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type WireBatch = {
  id: string;
  object: 'batch';
  endpoint: string;
  status: string;
  input_file_id: string;
  output_file_id: string | null;
  error_file_id: string | null;
  errors: object | null;
  created_at: number;
  metadata: Record<string, string>;
  request_counts: { total: number; completed: number; failed: number };
};

export type WireRequest = { custom_id: string; body: { messages: { role: string; content: string }[] } };

/** What becomes of a batch: its last status, and its files. `''` and `null` both stand for none, as seen in the wild. */
export type BatchEnd = {
  status: 'completed' | 'failed' | 'expired' | 'cancelled';
  output: string[] | null | '';
  errors: string[] | null | '';
  validation?: { code: string; message: string; line: number | null }[];
};

/** Says what is done with the POST of a batch; `accept` makes the batch, and gives what is usually answered. */
export type CreateScript = (exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  accept: () => WireBatch;
}) => void;

export type ScriptedProvider = {
  url: string;
  /** Every input file that was uploaded, in order; those deleted too. */
  inputs: { id: string; requests: WireRequest[] }[];
  /** Input file ids of all POSTs, in order, whatever was answered. */
  posts: string[];
  batches: WireBatch[];
  onCreate: CreateScript;
  /** Asked whenever a batch that runs is looked at; null: it goes on. */
  onEnd: (batch: WireBatch, requests: WireRequest[]) => BatchEnd | null;
  /** Asked when a batch that runs is cancelled; without files unless told otherwise. */
  onCancel: (batch: WireBatch, requests: WireRequest[]) => BatchEnd;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The Files and Batches endpoints over HTTP, doing what a test says; unless told otherwise a batch ends at the first look. */
export const startScriptedProvider = async (): Promise<ScriptedProvider> => {
  const files = new Map<string, Buffer>();
  let filesMade = 0;
  const addFile = (prefix: string, bytes: Buffer): string => {
    filesMade += 1;
    const id = `${prefix}-${filesMade}`;
    files.set(id, bytes);
    return id;
  };
  const requestsOf = (fileId: string): WireRequest[] => provider.inputs.find(({ id }) => id === fileId)?.requests ?? [];

  const end = (batch: WireBatch): void => {
    if (batch.status !== 'in_progress') return;
    const how = provider.onEnd(batch, requestsOf(batch.input_file_id));
    if (how !== null) finish(batch, how);
  };
  const finish = (batch: WireBatch, { status, output, errors, validation }: BatchEnd): void => {
    const store = (name: string, lines: BatchEnd['output']): string | null =>
      Array.isArray(lines) ? addFile(name, Buffer.from(lines.map((line) => `${line}\n`).join(''))) : lines;
    const seconds = Math.floor(Date.now() / 1000);
    Object.assign(batch, {
      status,
      [`${status}_at`]: seconds,
      output_file_id: store('output', output),
      error_file_id: store('errors', errors),
      errors: validation === undefined ? null : { object: 'list', data: validation },
    });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, , kind = '', id = '', what = ''] = pathname.split('/');
    const json = (status: number, value: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const absent = () => json(404, { error: { message: `No such object: ${id}`, type: 'invalid_request_error' } });
    if (kind === 'files' && request.method === 'POST') {
      const bytes = fileIn(body);
      const fileId = addFile('input', bytes);
      const lines = bytes.toString().trim().split('\n');
      provider.inputs.push({ id: fileId, requests: lines.map((line) => JSON.parse(line) as WireRequest) });
      return json(200, { id: fileId, object: 'file', bytes: bytes.byteLength, purpose: 'batch' });
    }
    if (kind === 'files') {
      const bytes = files.get(id);
      if (bytes === undefined) return absent();
      if (request.method === 'DELETE') return json(200, { id, deleted: files.delete(id) });
      if (what === 'content') return void response.end(bytes);
      return json(200, { id, object: 'file', bytes: bytes.byteLength });
    }
    if (what === 'cancel') {
      const batch = provider.batches.find((one) => one.id === id);
      if (batch === undefined) return absent();
      if (batch.status !== 'in_progress') return json(409, { error: { message: 'It is final', code: null } });
      finish(batch, provider.onCancel(batch, requestsOf(batch.input_file_id)));
      return json(200, { ...batch, status: 'cancelling' });
    }
    if (request.method === 'POST')
      return create(JSON.parse(body.toString()) as Record<string, never>, request, response);
    if (id === '') {
      provider.batches.forEach(end);
      return json(200, { object: 'list', data: provider.batches.toReversed(), has_more: false });
    }
    const batch = provider.batches.find((one) => one.id === id);
    if (batch === undefined) return absent();
    end(batch);
    json(200, batch);
  };

  const create = (wanted: Record<string, never>, request: IncomingMessage, response: ServerResponse): void => {
    const { input_file_id: fileId = '', endpoint = '', metadata = {} } = wanted;
    provider.posts.push(fileId);
    const accept = (): WireBatch => {
      const batch: WireBatch = {
        id: `batch-${provider.batches.length + 1}`,
        object: 'batch',
        endpoint,
        status: 'in_progress',
        input_file_id: fileId,
        output_file_id: null,
        error_file_id: null,
        errors: null,
        created_at: Math.floor(Date.now() / 1000),
        metadata,
        // counts nobody may trust
        request_counts: { total: 1_000_000, completed: 7, failed: 3 },
      };
      if (!files.has(fileId)) Object.assign(batch, missingFile);
      provider.batches.push(batch);
      return batch;
    };
    provider.onCreate({ request, response, accept });
  };

  const server = createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const provider: ScriptedProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    inputs: [],
    posts: [],
    batches: [],
    onCreate: acceptIt,
    onEnd: (_batch, requests) => ({ status: 'completed', output: requests.map(answerLine), errors: null }),
    onCancel: () => ({ status: 'cancelled', output: null, errors: null }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  return provider;
};

export const acceptIt: CreateScript = ({ response, accept }) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(accept()));
};

/** A batch whose input file was deleted before it came: failed, unpaid. */
const missingFile = {
  status: 'failed',
  errors: {
    object: 'list',
    data: [{ code: 'file_not_found', message: 'No such File object', param: 'file_id', line: null }],
  },
};

/** The one file of a multipart form. */
const fileIn = (form: Buffer): Buffer => {
  const boundary = form.subarray(0, form.indexOf('\r\n'));
  const begin = form.indexOf('\r\n\r\n', form.indexOf('name="file"')) + 4;
  return form.subarray(begin, form.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), begin));
};

const promptOf = ({ body }: WireRequest): string => body.messages.at(-1)?.content ?? '';

/** An answer that follows from its prompt alone. */
export const answerLine = (request: WireRequest): string => textLine(request, `<${promptOf(request)}>`, 'stop');

/** The line of a request that was answered with this text; `length`: it was cut off. */
export const textLine = (request: WireRequest, content: string, finish_reason: 'stop' | 'length'): string =>
  statusLine(request, 200, {
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });

/** This end, but not before it was asked for so often. */
export const afterLooks = (looks: number, batch: WireBatch, end: BatchEnd): BatchEnd | null => {
  const seen = Number(batch.metadata['looks'] ?? 0) + 1;
  batch.metadata['looks'] = String(seen);
  return seen < looks ? null : end;
};

/** The line of a request that was not answered. */
export const failureLine = (request: WireRequest, status: number, code: string): string =>
  statusLine(request, status, { error: { code, message: `it was ${code}` } });

/** The line of a request a batch never came to, as in the error file of an expired one. */
export const unreachedLine = ({ custom_id }: WireRequest, code: string): string =>
  JSON.stringify({ id: `line-${custom_id}`, custom_id, response: null, error: { code, message: `it was ${code}` } });

const statusLine = ({ custom_id }: WireRequest, status_code: number, body: object): string =>
  JSON.stringify({ id: `line-${custom_id}`, custom_id, response: { status_code, request_id: 'r', body }, error: null });
