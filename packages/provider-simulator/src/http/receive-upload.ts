import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HTTP_ERRORS } from '../observed-errors.ts';
import { ApiError, apiProblem } from './api-error.ts';

/** What came in: the file lies at `path`, whole and on the disk. */
export type Upload = { path: string; bytes: number; filename: string; fields: Record<string, string> };

/** Streams a multipart body to disk. Fields may stand before or behind the file. */
export const receiveUpload = async (request: FastifyRequest, path: string, mostBytes: number): Promise<Upload> => {
  if (!request.isMultipart())
    throw badRequest("Missing required parameter: 'file'.", 'missing_required_parameter', 'file');
  const fields: Record<string, string> = {};
  let received: { bytes: number; filename: string } | null = null;
  let extraFiles = 0;
  try {
    for await (const part of request.parts({ limits: { fileSize: Number.POSITIVE_INFINITY, files: 10, fields: 50 } })) {
      if (part.type === 'field') fields[part.fieldname] = String(part.value);
      else if (part.fieldname === 'file' && received === null) received = await save(part, path, mostBytes);
      else {
        extraFiles += 1;
        part.file.resume();
      }
    }
    if (extraFiles > 0)
      throw new ApiError(apiProblem(HTTP_ERRORS.oneFileOnly, HTTP_ERRORS.oneFileOnly.message(), 'file'));
    if (received === null)
      throw badRequest("Missing required parameter: 'file'.", 'missing_required_parameter', 'file');
    if (received.bytes > mostBytes) {
      throw new ApiError(apiProblem(HTTP_ERRORS.fileTooLarge, HTTP_ERRORS.fileTooLarge.message()));
    }
    return { path, fields, ...received };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
};

/** Beyond the most, bytes are counted but not kept: the client gets its answer only when it has sent everything. */
const save = async (
  part: MultipartFile,
  path: string,
  mostBytes: number,
): Promise<{ bytes: number; filename: string }> => {
  let bytes = 0;
  const kept = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, bytes > mostBytes ? undefined : chunk);
    },
  });
  await pipeline(part.file, kept, createWriteStream(path));
  const file = await open(path, 'r');
  await file.datasync();
  await file.close();
  return { bytes, filename: part.filename };
};

const badRequest = (message: string, code: string, param: string): ApiError =>
  new ApiError(apiProblem({ status: 400, code }, message, param));
