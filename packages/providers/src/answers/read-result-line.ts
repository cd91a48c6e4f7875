import { isObject, numberAt, objectAt, parseJson, textAt } from '../json-shapes.ts';
import { readChatCompletion } from './read-chat-completion.ts';
import { readOtherAnswer } from './read-other-answer.ts';
import { readResponse } from './read-response.ts';
import { codeError, statusError } from './line-errors.ts';
import type { ReadAnswer, ReadLine, UnparsableLine } from './read-line.ts';

/**
 * One line of an output or error file: `line` as text or parsed, `endpoint` as in the request (`/v1/chat/completions`).
 * Pure; never throws. Lines join to requests by `customId` only: their order says nothing.
 */
export const readResultLine = (line: string | object, endpoint: string): ReadLine | UnparsableLine => {
  const wire = typeof line === 'string' ? parseJson(line) : line;
  if (!isObject(wire)) return { kind: 'unparsable', message: 'the line is no JSON object' };
  const customId = textAt(wire, 'custom_id');
  if (customId === null || customId === '') return { kind: 'unparsable', message: 'the line names no custom_id' };
  return { customId, ...readAnswer(wire, endpoint) };
};

const readAnswer = (wire: Record<string, unknown>, endpoint: string): ReadAnswer => {
  const response = objectAt(wire, 'response');
  const error = objectAt(wire, 'error');
  if (response === null) {
    if (error === null) return codeError('no-response', 'The line holds neither a response nor an error.');
    return codeError(textAt(error, 'code') ?? textAt(error, 'type') ?? 'unknown', textAt(error, 'message') ?? '');
  }
  const status = numberAt(response, 'status_code') ?? 0;
  if (status < 200 || status > 299) return statusError(status, response['body'], error);
  const body = response['body'];
  if (!isObject(body)) return codeError('no-body', 'The response has no body.', status);
  if (endpoint.endsWith('/chat/completions')) return readChatCompletion(body);
  if (endpoint.endsWith('/responses')) return readResponse(body);
  return readOtherAnswer(body);
};
