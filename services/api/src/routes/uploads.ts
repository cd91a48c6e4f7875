import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT, uploadSchema } from '@batchmill/contracts';
import { blobKey, findUpload, keys } from '@batchmill/ledger';
import { z } from 'zod';
import { ApiError, notFound } from '../api-error.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

/** Uploads are known by their content: the same bytes sent twice are one upload. */
export const uploadIdOf = (sha256: string): string => sha256.slice(0, 40);

export const uploadRoutes: Routes = (app, { ledger, config }) => {
  // the body goes to the store as it comes, whatever it is
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  const api = typed(app);

  api.post(
    '/v1/uploads',
    {
      bodyLimit: config.API_MAX_UPLOAD_BYTES,
      schema: {
        tags: ['uploads'],
        summary: 'Stream an input file in',
        querystring: z.object({ name: z.string().max(1000).default('input') }),
        response: { 201: uploadSchema },
      },
    },
    async (request, reply) => {
      const body = (request.body ?? emptyBody()) as AsyncIterable<Uint8Array>;
      const key = blobKey.upload(DEFAULT_TENANT, randomUUID());
      const blob = await ledger.store.putBlob(key, limited(body, config.API_MAX_UPLOAD_BYTES));
      const id = uploadIdOf(blob.sha256);
      await ledger.write(keys.upload(DEFAULT_TENANT, id), { id, name: request.query.name, blob });
      return reply.status(201).send({ id, bytes: blob.bytes, sha256: blob.sha256 });
    },
  );

  api.get(
    '/v1/uploads/:id',
    {
      schema: {
        tags: ['uploads'],
        summary: 'Whether a file with these bytes (first 40 hex digits of its SHA-256) was uploaded',
        params: z.object({ id: z.string().regex(/^[0-9a-f]{40}$/) }),
        response: { 200: uploadSchema },
      },
    },
    async ({ params: { id } }) => {
      const upload = await findUpload(ledger.store, DEFAULT_TENANT, id);
      if (upload === null) throw notFound(`upload ${id}`, 'POST /v1/uploads makes one');
      return { id, bytes: upload.blob.bytes, sha256: upload.blob.sha256 };
    },
  );
};

async function* limited(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new ApiError(413, 'upload-too-large', `an upload may have at most ${maxBytes} bytes`);
    yield chunk;
  }
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
