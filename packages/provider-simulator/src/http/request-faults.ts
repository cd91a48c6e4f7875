import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultControl } from '../faults/fault-control.ts';
import type { Operation, RequestFault } from '../faults/fault-settings.ts';
import { ApiError, problemBody, problemType } from './api-error.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/** Disturbs requests before they have an effect, or their answers after they have succeeded. */
export const injectRequestFaults = (api: FastifyInstance, faults: FaultControl): void => {
  api.addHook('preHandler', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    const fault = operation === undefined ? null : faults.takeRequestFault(operation, 'before');
    if (fault === null) return;
    await disturb(fault, request);
    if (fault.effect === 'status') throw injectedError(fault);
    if (fault.effect === 'cut') reply.hijack();
  });
  api.addHook('onSend', async (request, reply, payload) => {
    const { operation } = request.routeOptions.config;
    const fault =
      operation === undefined || reply.statusCode >= 400 ? null : faults.takeRequestFault(operation, 'after');
    if (fault === null) return payload;
    await disturb(fault, request);
    return fault.effect === 'status' ? replaceAnswer(reply, injectedError(fault)) : payload;
  });
};

const disturb = async (fault: RequestFault, request: FastifyRequest): Promise<void> => {
  if (fault.effect === 'cut') request.raw.socket.destroy();
  if (fault.effect === 'delay') await wait(fault.delayMs, undefined, { ref: false });
  // Held until the client or the server closes the connection.
  if (fault.effect === 'hang') await new Promise((resolve) => request.raw.socket.once('close', resolve));
};

const injectedError = ({ status = 500, code, message, retryAfterSeconds }: RequestFault): ApiError =>
  new ApiError(
    {
      status,
      code: code ?? (status === 429 ? 'rate_limit_exceeded' : null),
      type: problemType(status, code ?? null),
      param: null,
      message:
        message ??
        (status === 429
          ? 'Rate limit reached. Please try again later.'
          : 'The server had an error while processing your request. Sorry about that!'),
    },
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );

const replaceAnswer = (reply: FastifyReply, { problem, headers }: ApiError): string => {
  reply.code(problem.status).headers(headers).header('content-type', 'application/json; charset=utf-8');
  reply.removeHeader('content-length');
  return JSON.stringify(problemBody(problem));
};
