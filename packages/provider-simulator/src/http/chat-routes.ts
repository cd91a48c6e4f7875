import type { FastifyInstance, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { completionBody } from '../answers/completion-body.ts';
import { injectedProblem } from '../batches/run-row.ts';
import { rowFaultFor } from '../faults/row-faults.ts';
import { groupOf } from '../meter/group-of.ts';
import type { Bill } from '../meter/meter.ts';
import { ApiError } from './api-error.ts';
import { createRateLimit } from './rate-limit.ts';
import type { ServerParts } from './server-parts.ts';

/** Meter number of what no batch has asked for. */
const REALTIME = 0;

/** A client that wants its realtime requests told apart by the meter names the row in `X-Client-Request-Id`. */
const rowNamedBy = (request: FastifyRequest): string | null => {
  const name = request.headers['x-client-request-id'];
  return typeof name === 'string' ? name : null;
};

export const addChatRoutes = (api: FastifyInstance, parts: ServerParts): void => {
  const { answer, meter, faults, clock, seed } = parts;
  const rateLimit = createRateLimit(parts.limits, parts.realNow);
  const bills = new WeakMap<FastifyRequest, Bill>();

  api.post(
    '/chat/completions',
    {
      config: { operation: 'chat.create' },
      // Behind the faults: an answer that did not get through is paid for, but not intact.
      onSend: async (request, reply) => {
        const bill = bills.get(request);
        if (bill === undefined) return;
        const isDelivered = reply.statusCode === 200 && !request.raw.socket.destroyed;
        meter.bill({ ...bill, intact: bill.intact && isDelivered });
        meter.flush();
      },
    },
    async (request, reply) => {
      const body = (request.body ?? {}) as Record<string, unknown>;
      const model = typeof body.model === 'string' ? body.model : '';
      const { headers, refusal } = rateLimit.take(model, Number(request.headers['content-length'] ?? 0));
      reply.headers(headers);
      if (refusal !== null) throw refusal;
      const row = rowNamedBy(request);
      const fault = rowFaultFor(faults.current().rows, seed, row ?? randomUUID());
      if (fault?.kind === 'error') throw new ApiError(injectedProblem(fault.error));
      const made = await answer(body, seed, fault);
      if (!made.ok) throw new ApiError(made.problem);
      bills.set(request, {
        group: row === null ? null : groupOf(row, () => JSON.stringify(body)),
        batchSeq: REALTIME,
        intact: made.choices.every((choice) => choice.finishReason === 'stop' && choice.refusal === null),
        inputTokens: made.promptTokens,
        outputTokens: made.completionTokens,
      });
      return completionBody(made, `chatcmpl-${randomUUID().replaceAll('-', '')}`, clock.nowMs());
    },
  );
};
