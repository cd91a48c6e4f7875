import type { FastifyInstance } from 'fastify';
import { rename, rm } from 'node:fs/promises';
import { HTTP_ERRORS } from '../observed-errors.ts';
import type { FileRecord } from '../state/records.ts';
import { newFileId } from '../state/store.ts';
import { ApiError, apiProblem } from './api-error.ts';
import { checkUpload } from './check-upload.ts';
import { pageOf, parsePageQuery } from './paging.ts';
import { receiveUpload } from './receive-upload.ts';
import { sendContent } from './send-content.ts';
import type { ServerParts } from './server-parts.ts';
import { fileObject } from './wire-objects.ts';

const MOST_FILES_PER_PAGE = 10_000;

export const addFileRoutes = (api: FastifyInstance, parts: ServerParts): void => {
  const { store, clock, faults } = parts;

  const isExpired = (file: FileRecord): boolean => file.expiresMs !== null && file.expiresMs <= clock.nowMs();

  const removeExpired = async (): Promise<void> => {
    for (const file of store.files.values()) if (isExpired(file)) await store.removeFile(file.id);
  };

  const present = (id: string): FileRecord => {
    const file = store.files.get(id);
    if (file === undefined || isExpired(file)) throw noSuchFile(id);
    return file;
  };

  api.post('/files', { config: { operation: 'files.create' } }, async (request) => {
    await removeExpired();
    const upload = await receiveUpload(request, store.uploadPath(), parts.limits.fileBytes);
    try {
      const { purpose, lifetimeMs } = await checkUpload(upload, parts.limits);
      const id = newFileId();
      const createdMs = Math.round(clock.nowMs());
      const file: FileRecord = {
        id,
        seq: store.nextFileSeq(),
        bytes: upload.bytes,
        createdMs,
        expiresMs: lifetimeMs === null ? null : createdMs + lifetimeMs,
        filename: upload.filename,
        purpose,
      };
      await rename(upload.path, store.filePath(id));
      await store.putFile(file);
      return fileObject(file);
    } catch (error) {
      await rm(upload.path, { force: true });
      throw error;
    }
  });

  api.get<{ Querystring: Record<string, string> }>(
    '/files',
    { config: { operation: 'files.list' } },
    async (request) => {
      const query = parsePageQuery(request.query, MOST_FILES_PER_PAGE, MOST_FILES_PER_PAGE);
      const { purpose, order } = request.query;
      const kept = [...store.files.values()]
        .filter((file) => purpose === undefined || file.purpose === purpose)
        .filter((file) => !isExpired(file))
        .sort((a, b) => (order === 'asc' ? a.seq - b.seq : b.seq - a.seq));
      return pageOf(kept, query, fileObject);
    },
  );

  api.get<{ Params: { id: string } }>('/files/:id', { config: { operation: 'files.get' } }, async (request) =>
    fileObject(present(request.params.id)),
  );

  api.get<{ Params: { id: string } }>(
    '/files/:id/content',
    { config: { operation: 'files.content' } },
    async (request, reply) => {
      const file = present(request.params.id);
      return sendContent(reply, file, store.filePath(file.id), faults.takeDownloadFault());
    },
  );

  api.delete<{ Params: { id: string } }>('/files/:id', { config: { operation: 'files.delete' } }, async (request) => {
    const { id } = present(request.params.id);
    await store.removeFile(id);
    return { id, object: 'file', deleted: true };
  });
};

const noSuchFile = (id: string): ApiError =>
  new ApiError(apiProblem(HTTP_ERRORS.noSuchFile, HTTP_ERRORS.noSuchFile.message(id), 'id'));
