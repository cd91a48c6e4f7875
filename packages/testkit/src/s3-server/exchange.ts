import type { IncomingMessage } from 'node:http';
import type { Buckets } from './buckets.ts';
import type { Struck } from './faults.ts';
import type { Target } from './operation.ts';

/** One request on its way through the server. */
export type Exchange = { request: IncomingMessage; target: Target; buckets: Buckets; struck: Struck };

/** Bytes `start` to `end` (left out) of a file. */
export type FileSlice = { path: string; start: number; end: number };

export type Answer = { status: number; headers?: Record<string, string>; body?: Buffer | FileSlice };

export type Handler = (exchange: Exchange) => Promise<Answer> | Answer;

export const xmlAnswer = (body: Buffer): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body,
});
