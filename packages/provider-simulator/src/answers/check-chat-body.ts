import { HTTP_ERRORS } from '../observed-errors.ts';
import { apiProblem } from '../http/api-error.ts';
import type { ApiProblem } from '../http/api-error.ts';
import type { ChatBody, ContentPart } from './chat-body.ts';
import { kindOf } from './kind-of.ts';
import { isKnownModel, isReasoningModel } from './model-names.ts';
import { shownValue } from './shown-value.ts';
import { checkStrictSchema } from './strict-schema.ts';

/** The first thing wrong with a chat completions request, in the order the provider looks; null where it is fine. */
export const checkChatBody = (body: Record<string, unknown>): ApiProblem | null => {
  if (body.model === undefined) return missing('model');
  if (typeof body.model !== 'string') return wrongType('model', 'a string', body.model);
  if (!isKnownModel(body.model)) {
    return apiProblem(HTTP_ERRORS.noSuchModel, HTTP_ERRORS.noSuchModel.message(body.model));
  }
  if (body.messages === undefined) return missing('messages');
  return (
    checkMessages(body.messages) ??
    checkNumbers(body) ??
    checkReasoningModel(body as ChatBody) ??
    checkResponseFormat(body.response_format) ??
    (body.stream === true ? apiProblem(HTTP_ERRORS.noStreaming, HTTP_ERRORS.noStreaming.message(), 'stream') : null)
  );
};

const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];

const checkMessages = (messages: unknown): ApiProblem | null => {
  if (!Array.isArray(messages)) return wrongType('messages', 'an array of objects', messages);
  if (messages.length === 0) {
    const behaviour = { status: 400, code: 'empty_array' };
    return apiProblem(
      behaviour,
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
    );
  }
  for (const [index, message] of messages.entries()) {
    const problem = checkMessage(message, `messages[${index}]`);
    if (problem !== null) return problem;
  }
  return null;
};

const checkMessage = (message: unknown, path: string): ApiProblem | null => {
  if (!isObject(message)) return wrongType(path, 'an object', message);
  if (message.role === undefined) return missing(`${path}.role`);
  if (typeof message.role !== 'string' || !ROLES.includes(message.role)) {
    const supported = ROLES.map((role) => `'${role}'`).join(', ');
    return apiProblem(
      HTTP_ERRORS.invalidValue,
      HTTP_ERRORS.invalidValue.message(shownValue(message.role), supported),
      `${path}.role`,
    );
  }
  if (typeof message.content === 'string') return null;
  if (message.content === null || message.content === undefined) {
    return message.role === 'assistant' ? null : wrongType(`${path}.content`, 'a string', message.content);
  }
  if (!Array.isArray(message.content)) {
    return wrongType(`${path}.content`, 'one of a string or array of objects', message.content);
  }
  for (const [index, part] of message.content.entries()) {
    const problem = checkPart(part, `${path}.content[${index}]`);
    if (problem !== null) return problem;
  }
  return null;
};

const checkPart = (part: unknown, path: string): ApiProblem | null => {
  if (!isObject(part)) return wrongType(path, 'an object', part);
  const { type } = part as ContentPart;
  if (type === undefined) return missing(`${path}.type`);
  if (type === 'text') {
    return typeof part.text === 'string' ? null : wrongType(`${path}.text`, 'a string', part.text);
  }
  if (type === 'image_url') {
    if (!isObject(part.image_url)) return wrongType(`${path}.image_url`, 'an object', part.image_url);
    const { url } = part.image_url;
    if (url === undefined) return missing(`${path}.image_url.url`);
    if (typeof url !== 'string') return wrongType(`${path}.image_url.url`, 'a string', url);
    return /^(https?:|data:)/.test(url)
      ? null
      : apiProblem(
          { status: 400, code: 'invalid_image_url' },
          `Invalid 'image_url': expected a URL that starts with http:, https: or data:, but got '${url.slice(0, 60)}'.`,
          `${path}.image_url.url`,
        );
  }
  return apiProblem(
    HTTP_ERRORS.invalidValue,
    HTTP_ERRORS.invalidValue.message(shownValue(type), "'text', 'image_url'"),
    `${path}.type`,
  );
};

const NUMBERS: Record<string, { least: number; most: number; whole: boolean }> = {
  temperature: { least: 0, most: 2, whole: false },
  top_p: { least: 0, most: 1, whole: false },
  n: { least: 1, most: 128, whole: true },
  max_tokens: { least: 1, most: 1_000_000, whole: true },
  max_completion_tokens: { least: 1, most: 1_000_000, whole: true },
};

const checkNumbers = (body: Record<string, unknown>): ApiProblem | null => {
  for (const [name, { least, most, whole }] of Object.entries(NUMBERS)) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'number') return wrongType(name, whole ? 'an integer' : 'a decimal', value);
    if (whole && !Number.isInteger(value)) return wrongType(name, 'an integer', value);
    if (value < least) {
      return apiProblem(HTTP_ERRORS.integerTooSmall, HTTP_ERRORS.integerTooSmall.message(name, least, value), name);
    }
    if (value > most) {
      return apiProblem(HTTP_ERRORS.integerTooLarge, HTTP_ERRORS.integerTooLarge.message(name, most, value), name);
    }
  }
  return null;
};

const checkReasoningModel = (body: ChatBody): ApiProblem | null => {
  if (!isReasoningModel(body.model)) return null;
  if (body.max_tokens !== undefined && body.max_tokens !== null) {
    const message = HTTP_ERRORS.unsupportedParameter.message('max_tokens', 'max_completion_tokens');
    return apiProblem(HTTP_ERRORS.unsupportedParameter, message, 'max_tokens');
  }
  if (body.temperature !== undefined && body.temperature !== null && body.temperature !== 1) {
    const message = HTTP_ERRORS.unsupportedValue.message('temperature', String(body.temperature));
    return apiProblem(HTTP_ERRORS.unsupportedValue, message, 'temperature');
  }
  return null;
};

const checkResponseFormat = (format: unknown): ApiProblem | null => {
  if (format === undefined || format === null) return null;
  if (!isObject(format)) return wrongType('response_format', 'an object', format);
  if (format.type === 'text' || format.type === 'json_object') return null;
  if (format.type !== 'json_schema') {
    const message = HTTP_ERRORS.invalidValue.message(
      shownValue(format.type),
      "'json_object', 'json_schema', and 'text'",
    );
    return apiProblem(HTTP_ERRORS.invalidValue, message, 'response_format.type');
  }
  const { json_schema: described } = format;
  if (!isObject(described)) return missing('response_format.json_schema');
  if (described.name === undefined) return missing('response_format.json_schema.name');
  if (typeof described.name !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(described.name)) {
    return apiProblem(
      { status: 400, code: 'invalid_value' },
      `Invalid 'response_format.json_schema.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      'response_format.json_schema.name',
    );
  }
  if (described.schema === undefined) return missing('response_format.json_schema.schema');
  return described.strict === true ? checkStrictSchema(described.name, described.schema) : null;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const missing = (name: string): ApiProblem =>
  apiProblem(HTTP_ERRORS.missingParameter, HTTP_ERRORS.missingParameter.message(name), name);

const wrongType = (name: string, expected: string, value: unknown): ApiProblem =>
  apiProblem(HTTP_ERRORS.invalidType, HTTP_ERRORS.invalidType.message(name, expected, kindOf(value)), name);
