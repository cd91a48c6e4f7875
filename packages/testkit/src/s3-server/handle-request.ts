import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Buckets } from './buckets.ts';
import type { Answer, Exchange } from './exchange.ts';
import type { Faults, Struck } from './faults.ts';
import { HANDLERS } from './handlers.ts';
import { operationOf, targetOf } from './operation.ts';
import type { Operation } from './operation.ts';
import { S3Error } from './s3-error.ts';
import { sendAnswer } from './send-answer.ts';
import { verifySignature } from './signature.ts';
import type { Credentials } from './signature.ts';
import { errorDocument } from './xml.ts';

export type ServerParts = { buckets: Buckets; faults: Faults; credentials: Credentials };

/** A request that was answered, or that a fault has kept from an answer (`status` 0). */
export type RequestSeen = { operation: Operation | 'unknown'; key: string; status: number };

/** Answers one S3 request, with the faults that are set. */
export const handleRequest =
  ({ buckets, faults, credentials }: ServerParts, onSeen: (seen: RequestSeen) => void) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let operation: Operation | 'unknown' = 'unknown';
    let struck: Struck = new Map();
    let answer: Answer | undefined;
    try {
      const target = targetOf(request);
      operation = operationOf(target);
      struck = faults.take(operation, target.key);
      verifySignature(request, target, credentials, Date.now());
      answer = await answerWithFaults({ request, target, buckets, struck }, operation);
    } catch (error) {
      if (request.destroyed && !request.complete) return; // the client has gone
      answer = errorAnswer(error, request);
    }
    onSeen({ operation, key: targetKey(request), status: answer?.status ?? 0 });
    if (answer === undefined || struck.has('lost-reply')) return hangOrCut(response, struck);
    if (!request.complete) {
      // An answer before the end of the body: the connection cannot be used again.
      response.shouldKeepAlive = false;
      request.resume();
    }
    await sendAnswer(response, answer, struck, request.method === 'HEAD');
  };

/** Undefined: no answer is to come. */
const answerWithFaults = async (exchange: Exchange, operation: Operation): Promise<Answer | undefined> => {
  const { struck, request } = exchange;
  if (struck.has('drop-request') || struck.has('stall-before-headers')) return undefined;
  if (struck.has('slow-down')) throw new S3Error('SlowDown', 503, 'Please reduce your request rate');
  if (struck.has('internal-error')) throw new S3Error('InternalError', 500, 'We met an internal error');
  if (struck.has('conflict')) throw new S3Error('ConditionalRequestConflict', 409, 'Another write was under way');
  if (struck.has('error-in-ok')) {
    request.resume();
    return { status: 200, body: errorDocument('InternalError', 'We met an internal error', '') };
  }
  const slow = struck.get('slow');
  if (slow !== undefined) await wait(slow.delayMs);
  return HANDLERS[operation](exchange);
};

const hangOrCut = (response: ServerResponse, struck: Struck): void => {
  if (!struck.has('stall-before-headers')) response.destroy();
};

const errorAnswer = (error: unknown, request: IncomingMessage): Answer => {
  const known = error instanceof S3Error ? error : new S3Error('InternalError', 500, String(error));
  return {
    status: known.status,
    headers: { 'content-type': 'application/xml' },
    body: errorDocument(known.code, known.message, request.url ?? ''),
  };
};

const targetKey = (request: IncomingMessage): string => {
  try {
    return targetOf(request).key;
  } catch {
    return '';
  }
};
