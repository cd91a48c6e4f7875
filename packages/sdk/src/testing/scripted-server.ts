import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Exchange = { method: string; path: string; headers: IncomingMessage['headers']; body: string };
export type Handler = (exchange: Exchange, response: ServerResponse, nth: number) => void;

/** A server that does as the test says: `nth` counts the requests to the same method and path, from 1. */
export const startScriptedServer = async (handle: Handler) => {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const exchange = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      exchanges.push(exchange);
      const same = exchanges.filter(({ method, path }) => method === exchange.method && path === exchange.path);
      handle(exchange, response, same.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const sendJson = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
