import { createReadStream } from 'node:fs';
import { parseExpiry } from '../batches/create-batch-rules.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';
import type { SimulatorLimits } from '../options.ts';
import { ApiError, apiProblem } from './api-error.ts';
import type { Upload } from './receive-upload.ts';

const PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];

/** What an accepted upload is for and how long it is kept (null: until it is deleted). Throws an ApiError otherwise. */
export const checkUpload = async (
  upload: Upload,
  limits: SimulatorLimits,
): Promise<{ purpose: string; lifetimeMs: number | null }> => {
  const { purpose } = upload.fields;
  if (purpose === undefined) {
    const message = HTTP_ERRORS.missingParameter.message('purpose');
    throw new ApiError(apiProblem(HTTP_ERRORS.missingParameter, message, 'purpose'));
  }
  if (!PURPOSES.includes(purpose)) {
    const supported = PURPOSES.map((name) => `'${name}'`).join(', ');
    throw new ApiError(
      apiProblem(HTTP_ERRORS.invalidValue, HTTP_ERRORS.invalidValue.message(purpose, supported), 'purpose'),
    );
  }
  const expirySeconds = parseExpiry(expiryFields(upload.fields), 'expires_after');
  if (purpose === 'batch') await checkBatchFile(upload, limits.batchFileBytes);
  if (expirySeconds !== null) return { purpose, lifetimeMs: expirySeconds * 1000 };
  return { purpose, lifetimeMs: purpose === 'batch' ? limits.fileLifetimeMs : null };
};

const expiryFields = (fields: Record<string, string>): unknown => {
  const anchor = fields['expires_after[anchor]'];
  const seconds = fields['expires_after[seconds]'];
  return anchor === undefined && seconds === undefined
    ? null
    : { anchor, ...(seconds === undefined ? {} : { seconds: Number(seconds) }) };
};

/** Only the first line is looked at here; the others are checked when a batch leaves `validating`. */
const checkBatchFile = async (upload: Upload, mostBytes: number): Promise<void> => {
  const firstLine = parse(await readFirstLine(upload.path));
  if (firstLine === undefined) {
    throw new ApiError(apiProblem(HTTP_ERRORS.notJsonl, HTTP_ERRORS.notJsonl.message()));
  }
  if (upload.bytes > mostBytes) {
    const message = HTTP_ERRORS.batchFileTooLarge.message(mostBytes, modelOf(firstLine));
    throw new ApiError(apiProblem(HTTP_ERRORS.batchFileTooLarge, message));
  }
};

/** Lines end at line feeds alone: `readline` would also cut a text at U+2028. */
const readFirstLine = async (path: string): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(NEWLINE);
    pieces.push(end === -1 ? chunk : chunk.subarray(0, end));
    if (end !== -1) break;
  }
  return Buffer.concat(pieces).toString();
};

const NEWLINE = 10;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const modelOf = (line: unknown): string => {
  const model = (line as { body?: { model?: unknown } } | null)?.body?.model;
  return typeof model === 'string' ? model : 'requested';
};
