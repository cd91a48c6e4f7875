/**
 * Where a behaviour comes from: `spec` the published interface, `doc` the provider's documents, `obs` seen by somebody
 * on the live service and not promised, `inf` our inference. What is `obs` or `inf` is kept here, to be corrected in
 * one place.
 */
export type Basis = 'spec' | 'doc' | 'obs' | 'inf';

type ErrorBehaviour<Values extends readonly (string | number)[]> = {
  basis: Basis;
  status: number;
  code: string | null;
  message: (...values: Values) => string;
};

const error = <Values extends readonly (string | number)[]>(
  basis: Basis,
  status: number,
  code: string | null,
  message: (...values: Values) => string,
): ErrorBehaviour<Values> => ({ basis, status, code, message });

/** Refusals of a request. */
export const HTTP_ERRORS = {
  noKey: error(
    'obs',
    401,
    null,
    () =>
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
  ),
  wrongKey: error(
    'obs',
    401,
    'invalid_api_key',
    (key: string) =>
      `Incorrect API key provided: ${key}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  ),
  unknownUrl: error('obs', 404, null, (method: string, url: string) => `Invalid URL (${method} ${url})`),
  unparsableBody: error('obs', 400, null, () => 'We could not parse the JSON body of your request.'),
  missingParameter: error(
    'obs',
    400,
    'missing_required_parameter',
    (name: string) => `Missing required parameter: '${name}'.`,
  ),
  unknownParameter: error('obs', 400, 'unknown_parameter', (name: string) => `Unknown parameter: '${name}'.`),
  invalidType: error(
    'obs',
    400,
    'invalid_type',
    (name: string, expected: string, got: string) =>
      `Invalid type for '${name}': expected ${expected}, but got ${got} instead.`,
  ),
  invalidValue: error(
    'obs',
    400,
    'invalid_value',
    (value: string, supported: string) => `Invalid value: '${value}'. Supported values are: ${supported}.`,
  ),
  tooManyProperties: error(
    'inf',
    400,
    'object_above_max_properties',
    (name: string, most: number, got: number) =>
      `Invalid '${name}': object with too many properties. Expected an object with at most ${most} properties, but got an object with ${got} properties instead.`,
  ),
  stringTooLong: error(
    'obs',
    400,
    'string_above_max_length',
    (name: string, most: number, got: number) =>
      `Invalid '${name}': string too long. Expected a string with maximum length ${most}, but got a string with length ${got} instead.`,
  ),
  integerTooSmall: error(
    'obs',
    400,
    'integer_below_min_value',
    (name: string, least: number, got: number) =>
      `Invalid '${name}': integer below minimum value. Expected a value >= ${least}, but got ${got} instead.`,
  ),
  integerTooLarge: error(
    'obs',
    400,
    'integer_above_max_value',
    (name: string, most: number, got: number) =>
      `Invalid '${name}': integer above maximum value. Expected a value <= ${most}, but got ${got} instead.`,
  ),
  unsupportedEndpoint: error(
    'inf',
    400,
    'simulator_unsupported_endpoint',
    (endpoint: string) => `The simulator answers /v1/chat/completions only, not ${endpoint}.`,
  ),
  notJsonl: error('obs', 400, null, () => 'Invalid file format for Batch API. Must be .jsonl'),
  fileTooLarge: error('obs', 400, null, () => 'File is too large.'),
  batchFileTooLarge: error(
    'obs',
    413,
    null,
    (bytes: number, model: string) => `The batch input file is larger than the ${bytes} maximum for the ${model} model`,
  ),
  oneFileOnly: error('inf', 400, null, () => 'Only one file can be uploaded at a time.'),
  noSuchFile: error('obs', 404, null, (id: string) => `No such File object: ${id}`),
  noSuchBatch: error('obs', 404, null, (id: string) => `No batch found with id '${id}'.`),
  cannotCancel: error('obs', 409, null, (status: string) => `Cannot cancel a batch with status '${status}'.`),
  tooManyBatches: error(
    'inf',
    429,
    'rate_limit_exceeded',
    (most: number) => `Rate limit reached for batch creation. Limit: ${most} batches per hour. Please try again later.`,
  ),
  noSuchModel: error(
    'obs',
    404,
    'model_not_found',
    (model: string) => `The model \`${model}\` does not exist or you do not have access to it.`,
  ),
  rateLimit: error(
    'obs',
    429,
    'rate_limit_exceeded',
    (model: string, kind: string, limit: number) =>
      `Rate limit reached for ${model} on ${kind} per min. Limit: ${limit}. Please try again later.`,
  ),
  noStreaming: error('inf', 400, 'simulator_no_streaming', () => 'The simulator does not stream answers.'),
  unsupportedImage: error(
    'obs',
    400,
    'invalid_image_format',
    () =>
      "You uploaded an unsupported image. Please make sure your image is valid and has one of the following formats: ['png', 'jpeg', 'gif', 'webp'].",
  ),
  unsupportedParameter: error(
    'obs',
    400,
    'unsupported_parameter',
    (name: string, instead: string) =>
      `Unsupported parameter: '${name}' is not supported with this model. Use '${instead}' instead.`,
  ),
  unsupportedValue: error(
    'obs',
    400,
    'unsupported_value',
    (name: string, value: string) =>
      `Unsupported value: '${name}' does not support ${value} with this model. Only the default (1) value is supported.`,
  ),
  tooDeep: error('inf', 400, null, () => 'The request is nested too deeply.'),
  invalidSchema: error(
    'obs',
    400,
    null,
    (name: string, context: string, reason: string) =>
      `Invalid schema for response_format '${name}': In context=(${context}), ${reason}`,
  ),
} as const;

type LineBehaviour<Values extends readonly (string | number)[]> = {
  basis: Basis;
  code: string;
  message: (...values: Values) => string;
};

const line = <Values extends readonly (string | number)[]>(
  basis: Basis,
  code: string,
  message: (...values: Values) => string,
): LineBehaviour<Values> => ({ basis, code, message });

/** What stands in `errors.data[]` of a batch that failed. */
export const BATCH_ERRORS = {
  noInputFile: line(
    'obs',
    'invalid_request',
    (id: string) => `Cannot find file ${id}, or organization org-simulator does not have access to it.`,
  ),
  wrongPurpose: line('inf', 'invalid_request', (id: string) => `File ${id} was not uploaded with purpose 'batch'.`),
  unparsable: line('obs', 'invalid_json_line', () => 'This line is not parseable as valid JSON.'),
  notObject: line('obs', 'invalid_request', () => 'Each line must be a JSON dictionary object.'),
  missing: line('obs', 'missing_required_parameter', (name: string) => `Missing required parameter: '${name}'.`),
  wrongType: line(
    'inf',
    'invalid_request',
    (name: string, expected: string) => `Invalid type for '${name}': expected ${expected}.`,
  ),
  wrongMethod: line('inf', 'invalid_method', (method: string) => `Invalid method '${method}'. Only POST is supported.`),
  streaming: line(
    'obs',
    'streaming_unsupported',
    () => 'Chat Completions: Streaming is not supported in the Batch API.',
  ),
  wrongUrl: line('obs', 'invalid_url', () => 'The URL provided for this request does not match the batch endpoint.'),
  unknownModel: line(
    'obs',
    'model_not_found',
    (model: string) => `The provided model '${model}' is not supported by the Batch API.`,
  ),
  noModel: line('obs', 'invalid_request', () => 'Model parameter is required.'),
  noMessages: line('obs', 'invalid_request', () => 'Messages parameter is required.'),
  mixedModels: line(
    'inf',
    'mismatched_model',
    (model: string) =>
      `The model '${model}' for this request does not match the rest of the batch. Each batch must contain requests for a single model.`,
  ),
  duplicateId: line(
    'inf',
    'duplicate_custom_id',
    (id: string) =>
      `The custom_id '${id}' for this request is a duplicate of another request. The custom_id parameter must be unique for each request in a batch.`,
  ),
  empty: line(
    'inf',
    'empty_file',
    () => 'The input file is empty. Please ensure that the batch contains at least one request.',
  ),
  tooManyRequests: line(
    'inf',
    'too_many_requests',
    (got: number, most: number) => `The batch input file contains ${got} requests, more than the maximum of ${most}.`,
  ),
  tokenPoolFull: line(
    'obs',
    'token_limit_exceeded',
    (model: string, limit: number) =>
      `Enqueued token limit reached for ${model} in organization org-simulator. Limit: ${limit.toLocaleString('en-US')} enqueued tokens. Please try again once some in_progress batches have been completed.`,
  ),
  injected: line('inf', 'internal_error', () => 'The batch failed (fault set at the simulator).'),
} as const;

/** What stands in `error` of a line without a response. */
export const LINE_ERRORS = {
  expired: line(
    'doc',
    'batch_expired',
    () => 'This request could not be executed before the completion window expired.',
  ),
  cancelled: line('doc', 'batch_cancelled', () => 'The batch was cancelled before this request executed.'),
  timeout: line('doc', 'request_timeout', () => 'The underlying call to the model timed out.'),
} as const;
