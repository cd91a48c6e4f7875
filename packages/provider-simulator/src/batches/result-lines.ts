import { hash } from 'node:crypto';
import { problemBody } from '../http/api-error.ts';
import type { ApiProblem } from '../http/api-error.ts';

/** Names one request of one batch; the same at every making. */
export type RequestName = { batchId: string; index: number; customId: string };

export const answeredLine = (name: RequestName, body: Record<string, unknown>): string =>
  lineWithResponse(name, 200, body);

export const refusedLine = (name: RequestName, problem: ApiProblem): string =>
  lineWithResponse(name, problem.status, problemBody(problem));

/** A request that never got an HTTP answer. */
export const unansweredLine = (name: RequestName, error: { code: string; message: string }): string =>
  JSON.stringify({ id: requestId(name), custom_id: name.customId, response: null, error });

export const shortHash = (text: string): string => hash('sha1', text, 'hex').slice(0, 32);

const lineWithResponse = (name: RequestName, statusCode: number, body: Record<string, unknown>): string =>
  JSON.stringify({
    id: requestId(name),
    custom_id: name.customId,
    response: { status_code: statusCode, request_id: shortHash(`request ${name.batchId} ${name.index}`), body },
    error: null,
  });

const requestId = ({ batchId, index }: RequestName): string => `batch_req_${shortHash(`${batchId} ${index}`)}`;
