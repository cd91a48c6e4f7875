import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAllowedPlaces } from './allowed-places.ts';
import { createLinkGuard } from './link-guard.ts';
import { lookAtLink } from './look-at-link.ts';
import type { LookOptions } from './look-at-link.ts';

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(100, 7)]);
const LARGE = Buffer.alloc(5_000_000, 1);

const routes: Record<string, (response: ServerResponse, headers: Record<string, unknown>) => void> = {
  '/picture': (response) => response.end(PNG),
  '/ranges': (response, { range }) => {
    const end = Number(/^bytes=0-(\d+)$/.exec(String(range))?.[1]);
    response.writeHead(206, { 'content-range': `bytes 0-${end}/${LARGE.length}` }).end(LARGE.subarray(0, end + 1));
  },
  '/endless': (response) => {
    const more = (): void => {
      while (response.write(LARGE)) if (response.destroyed) return;
      response.once('drain', more);
    };
    more();
  },
  '/empty': (response) => response.writeHead(416).end(),
  '/packed': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(PNG),
  '/cut': (response) => response.writeHead(200, { 'content-length': '5000' }).write(PNG, () => response.destroy()),
  '/silent': () => {},
  '/hop': (response) => response.writeHead(302, { location: '/picture' }).end(),
  '/loop': (response) => response.writeHead(301, { location: '/loop' }).end(),
  '/to-file': (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/to-nothing': (response) => response.writeHead(302).end(),
  '/to-inside': (response) => response.writeHead(307, { location: 'http://169.254.169.254/latest?token=secret' }).end(),
  '/once-busy': (response) => (asked.length > 1 ? response.end(PNG) : response.writeHead(503).end()),
  '/limited': (response) => response.writeHead(429, { 'retry-after': '0' }).end(),
};

let asked: string[] = [];
const answer: RequestListener = ({ url = '', headers }, response) => {
  asked.push(url);
  const status = /^\/status\/(\d+)/.exec(url)?.[1];
  if (status !== undefined) response.writeHead(Number(status)).end();
  else routes[url]?.(response, headers);
};

const server = createServer(answer);
let base = '';
beforeAll(async () => {
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
});

const guardOf = (...allowed: string[]) => createLinkGuard(readAllowedPlaces(allowed).places);
const look = (url: string, options: Partial<LookOptions> = {}) =>
  lookAtLink(new URL(url, base), {
    guard: guardOf('127.0.0.1'),
    timeoutMs: 5_000,
    retryDelaysMs: [1, 1],
    ...options,
  });

describe('what is there', () => {
  test('gives its bytes, and that they are all', async () => {
    expect(await look('/picture')).toEqual({ head: PNG, isWhole: true, bytes: PNG.length });
  });

  test('gives its first 64 KiB and its size, where the server knows ranges', async () => {
    expect(await look('/ranges')).toEqual({ head: LARGE.subarray(0, 65_536), isWhole: false, bytes: LARGE.length });
  });

  test('is read no further than 64 KiB, where the server sends without end', async () => {
    expect(await look('/endless')).toEqual({ head: LARGE.subarray(0, 65_536), isWhole: false, bytes: null });
  });

  test('is found behind a redirect', async () => {
    expect(await look('/hop')).toMatchObject({ head: PNG });
    expect(asked).toEqual(['/hop', '/picture']);
  });

  test('is empty where no first byte is there', async () => {
    expect(await look('/empty')).toMatchObject({ head: Buffer.alloc(0), isWhole: true });
  });

  test('is not judged where it comes packed', async () => {
    expect(await look('/packed')).toMatchObject({ head: null });
  });
});

describe('what is not there for a provider', () => {
  test.each([
    [404, 'image-link-dead', 'is not there (status 404)'],
    [410, 'image-link-dead', 'is not there (status 410)'],
    [400, 'image-link-dead', 'was refused (status 400)'],
    [401, 'image-link-forbidden', 'is not public (status 401)'],
    [403, 'image-link-forbidden', 'is not public (status 403)'],
  ])('status %i is final', async (status, code, what) => {
    const looked = await look(`/status/${status}`);
    expect(looked).toMatchObject({ code, what: expect.stringContaining(what) as string });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['/loop', 'leads on more than 5 times', 6],
    ['/to-file', 'leads nowhere', 1],
    ['/to-nothing', 'leads nowhere', 1],
  ])('a redirect without an end: %s', async (path, what, requests) => {
    expect(await look(path)).toMatchObject({ code: 'image-link-dead', what: expect.stringContaining(what) as string });
    expect(asked).toHaveLength(requests);
  });

  test('a host that is not known, and one that refuses', async () => {
    const unknown = Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    const resolve = () => Promise.reject(unknown);
    expect(await look('http://nowhere.example/a.png', { resolve })).toMatchObject({
      code: 'image-link-dead',
      what: expect.stringContaining('there is no host of that name') as string,
    });
    const closed = createTcpServer();
    await new Promise<void>((done) => void closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    expect(await look(`http://127.0.0.1:${port}/`)).toMatchObject({
      code: 'image-link-dead',
      what: expect.stringContaining('the connection was refused') as string,
    });
  });
});

describe('what may pass by itself is tried again, three times in all', () => {
  test('and counts as there once it answers', async () => {
    expect(await look('/once-busy')).toMatchObject({ head: PNG });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['/status/500', 'status 500'],
    ['/limited', 'status 429'],
    ['/cut', 'cannot be reached (ECONNRESET)'],
  ])('%s', async (path, what) => {
    expect(await look(path)).toMatchObject({
      code: 'image-link-unanswered',
      what: expect.stringContaining(what) as string,
    });
    expect(asked).toHaveLength(3);
  });

  test('a server that never answers is given up in time', async () => {
    expect(await look('/silent', { timeoutMs: 50 })).toMatchObject({
      code: 'image-link-unanswered',
      what: expect.stringContaining('did not answer within 50 ms') as string,
    });
    expect(asked).toHaveLength(3);
  });
});

describe('a row cannot reach into the network of the server', () => {
  const guard = guardOf();
  const refused = {
    code: 'image-link-private',
    what: expect.stringContaining('leads into a private network') as string,
  };
  const port = (): string => new URL(base).port;

  test.each([
    '127.0.0.1',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
  ])('by the address http://%s', async (host) => {
    expect(await look(`http://${host}:${port()}/picture`, { guard })).toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  test('by a name that means a private address, alone or among public ones', async () => {
    const meaning = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    expect(await look('http://rebind.example/picture', { guard, resolve: meaning })).toMatchObject(refused);
    expect(await look('http://localhost/picture', { guard })).toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  test('by a name that changes its meaning: what counts is the address that is connected to', async () => {
    let lookups = 0;
    const rebinding = async () => {
      lookups += 1;
      return [{ address: lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    // the first connection is allowed, and its redirect looks the name up again
    const url = `http://rebind.example:${port()}/hop`;
    const looked = await look(url, { guard: guardOf('127.0.0.1'), resolve: rebinding });
    expect(looked).toMatchObject(refused);
    expect(asked).toEqual(['/hop']);
  });

  test('by a redirect, and the message keeps the secrets of both addresses', async () => {
    const looked = await look('/to-inside');
    expect(looked).toMatchObject(refused);
    expect(looked).toMatchObject({
      what: expect.stringContaining('leads to http://169.254.169.254/latest?…, which') as string,
    });
    expect(JSON.stringify(looked)).not.toContain('secret');
  });

  test('by another port of a public host', async () => {
    const resolve = async () => [{ address: '93.184.216.34', family: 4 }];
    expect(await look('http://public.example:6379/', { guard, resolve })).toMatchObject({
      code: 'image-link-private',
      what: expect.stringContaining('is on port 6379') as string,
    });
  });

  test('but for a host that is allowed by its name', async () => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const url = `http://images.intranet:${port()}/picture`;
    expect(await look(url, { guard: guardOf('images.intranet'), resolve })).toMatchObject({ head: PNG });
  });
});
