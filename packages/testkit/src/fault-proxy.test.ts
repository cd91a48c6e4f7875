import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFaultProxy } from './fault-proxy.ts';
import type { FaultProxy } from './fault-proxy.ts';

let echo: Server;
let received = '';
let proxy: FaultProxy;
let clients: Socket[] = [];

beforeEach(async () => {
  received = '';
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString();
      echo.emit('received');
      socket.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy({ targetPort: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  await proxy.close();
  echo.close();
});

const client = async (): Promise<Socket> => {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
};

const ask = async (socket: Socket, text: string): Promise<string> => {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
};

const closing = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.once('close', () => resolve()));

describe('the fault proxy', () => {
  it('passes bytes both ways', async () => {
    expect(await ask(await client(), 'hello')).toBe('hello');
  });

  it('resets connections that stand, and new ones', async () => {
    const standing = await client();
    await ask(standing, 'x');
    const failure = once(standing, 'error');
    proxy.mode('reset');
    expect(String((await failure)[0])).toContain('ECONNRESET');
    const fresh = connect(proxy.port, '127.0.0.1');
    clients.push(fresh);
    const [error] = (await once(fresh, 'error')) as [Error];
    expect(String(error)).toContain('ECONNRESET');
  });

  it('lets a request through and drops its reply; the connection is cut when it passes again', async () => {
    const socket = await client();
    await ask(socket, 'x');
    proxy.mode('drop-replies');
    const arrived = once(echo, 'received');
    let replies = '';
    socket.on('data', (chunk: Buffer) => {
      replies += chunk.toString();
    });
    socket.on('error', () => {});
    socket.write('paid');
    await arrived;
    expect(received).toBe('xpaid');
    await vi.waitFor(() => expect(proxy.lostBytes()).toBe('paid'.length), { timeout: 20_000 });
    const closed = closing(socket);
    proxy.mode('pass');
    await closed;
    expect(replies).toBe('');
    expect(await ask(await client(), 'again')).toBe('again');
  });

  it('swallows everything as a black hole', async () => {
    const socket = await client();
    await ask(socket, 'x');
    proxy.mode('blackhole');
    socket.on('error', () => {});
    const closed = closing(socket);
    socket.write('lost');
    await vi.waitFor(() => expect(proxy.lostBytes()).toBe('lost'.length), { timeout: 20_000 });
    proxy.mode('pass');
    await closed;
    expect(received).toBe('x');
  });

  it('cuts a reply after so many bytes', async () => {
    proxy.mode({ cutAfterBytes: 4 });
    const socket = await client();
    let replies = '';
    socket.on('data', (chunk: Buffer) => {
      replies += chunk.toString();
    });
    socket.on('error', () => {});
    socket.write('0123456789');
    await closing(socket);
    expect(replies.length).toBeLessThanOrEqual(4);
    expect(received).toBe('0123456789');
  });

  it('holds chunks back, and loses none', async () => {
    proxy.mode({ slowMs: 30 });
    const socket = await client();
    const startedAtMs = performance.now();
    expect(await ask(socket, 'slow')).toBe('slow');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(50);
  });
});
