import { kindOf } from '../answers/kind-of.ts';
import { shownValue } from '../answers/shown-value.ts';
import { ApiError, apiProblem } from '../http/api-error.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';

export type CreateBatch = {
  inputFileId: string;
  endpoint: string;
  metadata: Record<string, string> | null;
  outputExpiresSeconds: number | null;
};

export const CHAT_ENDPOINT = '/v1/chat/completions';
const ENDPOINTS = [
  '/v1/responses',
  CHAT_ENDPOINT,
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
  '/v1/images/generations',
  '/v1/images/edits',
  '/v1/videos',
];
const KNOWN = ['input_file_id', 'endpoint', 'completion_window', 'metadata', 'output_expires_after'];
const MOST_PAIRS = 16;
const MOST_KEY_CHARACTERS = 64;
const MOST_VALUE_CHARACTERS = 512;
const LEAST_EXPIRY_SECONDS = 3_600;
const MOST_EXPIRY_SECONDS = 2_592_000;

/** The body of `POST /v1/batches`, or the first mistake in it as an ApiError. */
export const parseCreateBatch = (body: unknown): CreateBatch => {
  if (!isObject(body)) throw wrongType('body', 'an object', body);
  const unknown = Object.keys(body).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw refusal('unknownParameter', unknown, unknown);
  const inputFileId = requiredString(body, 'input_file_id');
  const endpoint = requiredString(body, 'endpoint');
  if (!ENDPOINTS.includes(endpoint)) throw invalidValue('endpoint', endpoint, ENDPOINTS);
  if (endpoint !== CHAT_ENDPOINT) throw refusal('unsupportedEndpoint', 'endpoint', endpoint);
  const window = requiredString(body, 'completion_window');
  if (window !== '24h') throw invalidValue('completion_window', window, ['24h']);
  return {
    inputFileId,
    endpoint,
    metadata: parseMetadata(body.metadata),
    outputExpiresSeconds: parseExpiry(body.output_expires_after, 'output_expires_after'),
  };
};

/** `{anchor: "created_at", seconds}`; null where it is absent. */
export const parseExpiry = (value: unknown, name: string): number | null => {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw wrongType(name, 'an object', value);
  if (value.anchor === undefined) throw refusal('missingParameter', `${name}.anchor`, `${name}.anchor`);
  if (value.anchor !== 'created_at') throw invalidValue(`${name}.anchor`, shownValue(value.anchor), ['created_at']);
  const { seconds } = value;
  if (seconds === undefined) throw refusal('missingParameter', `${name}.seconds`, `${name}.seconds`);
  if (!Number.isInteger(seconds)) throw wrongType(`${name}.seconds`, 'an integer', seconds);
  const whole = seconds as number;
  if (whole < LEAST_EXPIRY_SECONDS) throw outside('integerTooSmall', `${name}.seconds`, LEAST_EXPIRY_SECONDS, whole);
  if (whole > MOST_EXPIRY_SECONDS) throw outside('integerTooLarge', `${name}.seconds`, MOST_EXPIRY_SECONDS, whole);
  return whole;
};

const parseMetadata = (metadata: unknown): Record<string, string> | null => {
  if (metadata === undefined || metadata === null) return null;
  if (!isObject(metadata)) throw wrongType('metadata', 'an object', metadata);
  const pairs = Object.entries(metadata);
  if (pairs.length > MOST_PAIRS) throw outside('tooManyProperties', 'metadata', MOST_PAIRS, pairs.length);
  for (const [key, value] of pairs) {
    if (key.length > MOST_KEY_CHARACTERS) throw outside('stringTooLong', 'metadata', MOST_KEY_CHARACTERS, key.length);
    if (typeof value !== 'string') throw wrongType(`metadata.${key}`, 'a string', value);
    if (value.length > MOST_VALUE_CHARACTERS) {
      throw outside('stringTooLong', `metadata.${key}`, MOST_VALUE_CHARACTERS, value.length);
    }
  }
  return metadata as Record<string, string>;
};

const requiredString = (body: Record<string, unknown>, name: string): string => {
  const value = body[name];
  if (value === undefined || value === null) throw refusal('missingParameter', name, name);
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
  return value;
};

const refusal = (
  kind: 'unknownParameter' | 'missingParameter' | 'unsupportedEndpoint',
  param: string,
  value: string,
): ApiError => new ApiError(apiProblem(HTTP_ERRORS[kind], HTTP_ERRORS[kind].message(value), param));

const wrongType = (param: string, expected: string, value: unknown): ApiError =>
  new ApiError(
    apiProblem(HTTP_ERRORS.invalidType, HTTP_ERRORS.invalidType.message(param, expected, kindOf(value)), param),
  );

const invalidValue = (param: string, value: string, supported: readonly string[]): ApiError => {
  const listed = supported.map((name) => `'${name}'`).join(', ');
  return new ApiError(apiProblem(HTTP_ERRORS.invalidValue, HTTP_ERRORS.invalidValue.message(value, listed), param));
};

const outside = (
  kind: 'integerTooSmall' | 'integerTooLarge' | 'tooManyProperties' | 'stringTooLong',
  param: string,
  limit: number,
  got: number,
): ApiError => new ApiError(apiProblem(HTTP_ERRORS[kind], HTTP_ERRORS[kind].message(param, limit, got), param));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
