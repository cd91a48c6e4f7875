import { DEFAULT_TENANT, outputListSchema, reportSchema } from '@batchmill/contracts';
import type { OutputFile } from '@batchmill/contracts';
import { z } from 'zod';
import { notFound } from '../api-error.ts';
import { findJob } from '../find-job.ts';
import { jobState } from '../job-state.ts';
import { finalFile, finalFiles, openFiles, streamOpenFile } from '../output-files.ts';
import { reportOf } from '../report-of.ts';
import { sendBlob } from '../send-blob.ts';
import type { Routes } from './ports.ts';
import { typed } from './typed.ts';

export const outputRoutes: Routes = (app, ports) => {
  const api = typed(app);
  const params = z.object({ id: z.string() });

  api.get(
    '/v1/jobs/:id/outputs',
    { schema: { tags: ['outputs'], summary: 'Files of the job', params, response: { 200: outputListSchema } } },
    async (request) => {
      const job = await findJob(ports, DEFAULT_TENANT, request.params.id);
      const { facts, run } = await jobState(ports, job);
      if (facts?.done == null) return { files: openFiles(job) };
      const files: OutputFile[] = [];
      for await (const { path, rows, blob } of finalFiles(ports, run))
        files.push({ path, rows, bytes: blob.bytes, sha256: blob.sha256, final: true });
      return { files };
    },
  );

  api.get(
    '/v1/jobs/:id/outputs/*',
    {
      schema: {
        tags: ['outputs'],
        summary: 'Download a file (range requests); of a running job, the shards closed so far',
        params: params.extend({ '*': z.string() }),
      },
    },
    async (request, reply) => {
      const job = await findJob(ports, DEFAULT_TENANT, request.params.id);
      const path = request.params['*'];
      const { facts, run } = await jobState(ports, job);
      if (facts?.done == null) return reply.send(streamOpenFile(ports, job, run, path));
      const file = await finalFile(ports, run, path);
      if (file === null)
        throw notFound(`file "${path}" of job ${job.job}`, `GET /v1/jobs/${job.job}/outputs lists the files`);
      return sendBlob(ports.store, reply, file.blob, file.mediaType);
    },
  );

  api.get(
    '/v1/jobs/:id/report',
    { schema: { tags: ['outputs'], summary: 'The report of a final run', params, response: { 200: reportSchema } } },
    async (request) => {
      const job = await findJob(ports, DEFAULT_TENANT, request.params.id);
      const report = await reportOf(ports, (await jobState(ports, job)).run);
      if (report === null) throw notFound(`report of job ${job.job} yet`, 'It is there once the run has ended');
      return report;
    },
  );
};
