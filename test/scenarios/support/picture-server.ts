import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PictureServer = {
  url: string;
  port: number;
  /** How often each path was asked for. */
  asked: Map<string, number>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** What comes for a path: bytes, a status, a redirect, or nothing ever. */
export type PictureAnswer = { bytes: Uint8Array } | { status: number; location?: string } | 'silence';

/** A web server of pictures on this machine. */
export const startPictureServer = async (answers: Record<string, PictureAnswer>): Promise<PictureServer> => {
  const asked = new Map<string, number>();
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://here');
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
    answerWith(response, answers[pathname] ?? { status: 404 });
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => void server.close(done));
    },
  };
};

const answerWith = (response: ServerResponse, answer: PictureAnswer): void => {
  if (answer === 'silence') return;
  // a type that says nothing: only the bytes do
  if ('bytes' in answer) response.writeHead(200, { 'content-type': 'image/jpeg' }).end(answer.bytes);
  else response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end();
};
