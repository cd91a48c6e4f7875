import * as http from 'node:http';
import * as https from 'node:https';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type SeenRequest = { method: string; path: string; headers: http.IncomingHttpHeaders; body: string };

/** Answers one request in whatever way; `body` is the request's, where the script has not said it reads it itself. */
export type Script = (exchange: {
  request: IncomingMessage;
  response: ServerResponse;
  body: string;
  number: number;
}) => void;

export type ScriptedServer = AsyncDisposable & {
  /** Base URL with `/v1`. */
  url: string;
  requests: SeenRequest[];
  /** Connections opened so far. */
  connections(): number;
};

/** The certificate of the TLS variant, valid for localhost only. */
export const testCertificate = readFileSync(new URL('cert.pem', import.meta.url), 'utf8');

/** A server on a free port of the loopback address that does what the script says. */
export const openScriptedServer = async (
  script: Script,
  { tls = false, readBody = true }: { tls?: boolean; readBody?: boolean } = {},
): Promise<ScriptedServer> => {
  const requests: SeenRequest[] = [];
  let connections = 0;
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const seen: SeenRequest = { method, path: url, headers, body: '' };
    requests.push(seen);
    const number = requests.length;
    request.on('error', () => undefined);
    if (readBody) for await (const chunk of request.setEncoding('utf8')) seen.body += String(chunk);
    script({ request, response, body: seen.body, number });
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    listener(request, response).catch(() => request.destroy());
  };
  const key = tls ? readFileSync(new URL('key.pem', import.meta.url)) : undefined;
  const server = tls ? https.createServer({ key, cert: testCertificate }, handle) : http.createServer(handle);
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}/v1`,
    requests,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

export const sendJson = (response: ServerResponse, status: number, value: unknown, headers: object = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
};

/** A batch as the wire shows it. */
export const wireBatch = (members: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'batch_1',
  object: 'batch',
  endpoint: '/v1/chat/completions',
  input_file_id: 'file-1',
  completion_window: '24h',
  status: 'validating',
  output_file_id: null,
  error_file_id: null,
  errors: null,
  created_at: 1_790_000_000,
  request_counts: { total: 0, completed: 0, failed: 0 },
  metadata: null,
  ...members,
});

/** The provider's own way to say no. */
export const wireError = (code: string | null, message: string): Record<string, unknown> => ({
  error: { message, type: 'invalid_request_error', param: null, code },
});
