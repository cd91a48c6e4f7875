import { lookup as lookUp } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import type { LinkGuard } from './link-guard.ts';

/** `isWhole`: the body ended within the bytes that are there. A redirect or a failure has none. */
export type Head = { status: number; headers: IncomingHttpHeaders; bytes: Buffer; isWhole: boolean };

export type HeadOptions = {
  guard: LinkGuard;
  signal: AbortSignal;
  /** All addresses of a host name. */
  resolve?: (host: string) => Promise<LookupAddress[]>;
};

/** Enough to know every kind of picture by. */
const HEAD_BYTES = 64 * 1024;

/**
 * The first bytes behind a URL; follows no redirect. The address is judged where the connection is made: what a name meant a
 * moment ago does not count. Rejects with LinkRefusedError, or with the error of the system.
 */
export const requestHead = async (url: URL, options: HeadOptions): Promise<Head> => {
  const { guard, signal } = options;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // for an address nothing is looked up
  if (isIP(host) !== 0) guard(url, host);
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    // a new connection each time, and no proxy, behind which nobody sees where it goes
    agent: false,
    signal,
    lookup: guardedLookup(url, options),
    headers: {
      accept: 'image/*',
      'accept-encoding': 'identity',
      range: `bytes=0-${HEAD_BYTES - 1}`,
      'user-agent': AGENT,
    },
  });
  request.on('error', reject);
  request.on('socket', (socket) => {
    socket.once('connect', () => {
      try {
        guard(url, socket.remoteAddress ?? '');
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
  });
  request.on('response', (response) => {
    readHead(response).then(resolve, reject);
  });
  request.end();
  try {
    return await promise;
  } finally {
    request.destroy();
  }
};

const AGENT = 'batchmill (looks whether a picture is there)';

const readHead = async (response: IncomingMessage): Promise<Head> => {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isWhole = true;
  if (status >= 200 && status < 300) {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      isWhole = bytes < HEAD_BYTES;
      if (!isWhole) break;
    }
  }
  return { status, headers, bytes: Buffer.concat(chunks).subarray(0, HEAD_BYTES), isWhole };
};

const guardedLookup = (
  url: URL,
  { guard, resolve = (host) => lookUp(host, { all: true }) }: HeadOptions,
): LookupFunction => {
  const judged = callbackify(async (host: string): Promise<LookupAddress[]> => {
    const addresses = await resolve(host);
    for (const { address } of addresses) guard(url, address);
    return addresses;
  });
  return (host, { all }, callback) =>
    judged(host, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const [{ address, family } = { address: '', family: 0 }] = addresses;
      if (all === true) callback(null, addresses);
      else callback(null, address, family);
    });
};
