import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * What becomes of the bytes. `reset` cuts every connection, old and new, with a TCP reset; `blackhole` takes bytes of both
 * sides and passes none on; `freeze` makes black holes of the connections that stand, for ever, and passes new ones, as a
 * router that has lost its table; `drop-replies` lets requests through but no answer; `slow` holds each chunk back;
 * `cutAfterBytes` cuts each connection after so many bytes of answer.
 */
export type FaultProxyMode =
  | 'pass'
  | 'reset'
  | 'blackhole'
  | 'freeze'
  | 'drop-replies'
  | 'slow'
  | { slowMs: number }
  | { cutAfterBytes: number };

export type FaultProxy = {
  port: number;
  /** Takes effect at once, on open connections too. Those that have lost bytes are cut when `pass` comes back. */
  mode(mode: FaultProxyMode): void;
  /** Connections that stand now. */
  connections(): number;
  /** Bytes swallowed so far: tells a test that the fault has struck. */
  lostBytes(): number;
  close(): Promise<void>;
};

type Control = { mode(): FaultProxyMode; lose(pair: Pair, bytes: number): void };

type Pair = { client: Socket; target: Socket; replyBytes: number; hasLostBytes: boolean; isFrozen: boolean };

const DEFAULT_SLOW_MS = 100;

/** A TCP proxy on loopback between a client and a server under test, with faults. */
export const startFaultProxy = async (options: { targetPort: number; targetHost?: string }): Promise<FaultProxy> => {
  const { targetPort, targetHost = '127.0.0.1' } = options;
  const pairs = new Set<Pair>();
  let mode: FaultProxyMode = 'pass';
  let lostBytes = 0;
  const control: Control = {
    mode: () => mode,
    lose: (pair, bytes) => {
      pair.hasLostBytes = true;
      lostBytes += bytes;
    },
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const target = connect({ port: targetPort, host: targetHost, allowHalfOpen: true });
    const pair: Pair = { client, target, replyBytes: 0, hasLostBytes: false, isFrozen: false };
    pairs.add(pair);
    relay(pair, client, target, false, control);
    relay(pair, target, client, true, control);
    for (const socket of [client, target]) {
      socket.on('error', () => {}); // 'close' follows
      socket.on('close', () => {
        pairs.delete(pair);
        // Behind a black hole nobody hears of the other's end.
        if (mode !== 'blackhole' && !pair.isFrozen) cut(pair);
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    mode: (next) => {
      mode = next;
      for (const pair of pairs) {
        pair.replyBytes = 0;
        pair.isFrozen ||= next === 'freeze';
        if (pair.isFrozen) continue;
        if (next === 'reset' || (next === 'pass' && pair.hasLostBytes)) cut(pair);
      }
    },
    connections: () => pairs.size,
    lostBytes: () => lostBytes,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const pair of pairs) cut(pair);
      await closed;
    },
  };
};

const relay = (pair: Pair, from: Socket, to: Socket, isReply: boolean, control: Control): void => {
  const pass = (chunk: Buffer): void => {
    if (to.write(chunk)) return;
    from.pause();
    to.once('drain', () => from.resume());
  };
  from.on('data', (chunk: Buffer) => {
    const mode = pair.isFrozen ? 'blackhole' : control.mode();
    if (mode === 'pass' || mode === 'freeze') return pass(chunk);
    if (mode === 'blackhole' || mode === 'drop-replies') {
      if (mode === 'drop-replies' && !isReply) return pass(chunk);
      return control.lose(pair, chunk.byteLength);
    }
    if (mode === 'reset') return cut(pair);
    if (mode === 'slow' || 'slowMs' in mode) {
      from.pause();
      setTimeout(
        () => {
          pass(chunk);
          from.resume();
        },
        mode === 'slow' ? DEFAULT_SLOW_MS : mode.slowMs,
      );
      return undefined;
    }
    if (!isReply || pair.replyBytes + chunk.byteLength <= mode.cutAfterBytes) {
      if (isReply) pair.replyBytes += chunk.byteLength;
      return pass(chunk);
    }
    to.write(chunk.subarray(0, mode.cutAfterBytes - pair.replyBytes), () => cut(pair));
    return undefined;
  });
  from.on('end', () => {
    if (control.mode() !== 'blackhole' && !pair.isFrozen) to.end();
  });
};

const cut = ({ client, target }: Pair): void => {
  for (const socket of [client, target]) if (!socket.destroyed) socket.resetAndDestroy();
};
