import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JobStatus, Preview, RawPart, RowDetail, RowView } from '@batchmill/contracts';
import { reportOf, statusOf } from './samples.ts';

export type FakeJob = {
  /** Snapshots that a follower sees, in order; the last one stays. */
  statuses: JobStatus[];
  /** With the attempts of each, where a test is about them. */
  rows: (RowView & Partial<Pick<RowDetail, 'attempts'>>)[];
  files: Record<string, string>;
  /** Parts, and the texts of their files by path. */
  raw?: { parts: RawPart[]; texts: Record<string, string> };
};

export type FakeApi = {
  url: string;
  jobs: Map<string, FakeJob>;
  /** `POST /v1/jobs/x/cancel`, with the body of a created job. */
  calls: { call: string; body: string; key?: string | undefined }[];
  preview: Preview;
  /** What a new job becomes. */
  nextJob: Partial<FakeJob>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The job API as far as the commands use it, with jobs that are what the test says. */
export const startFakeApi = async (): Promise<FakeApi> => {
  const jobs = new Map<string, FakeJob>();
  const uploads = new Map<string, string>();
  const byKey = new Map<string, string>();
  const calls: FakeApi['calls'] = [];
  const api = { jobs, calls, nextJob: {}, preview: somePreview } as Pick<
    FakeApi,
    'jobs' | 'calls' | 'nextJob' | 'preview'
  >;

  const create = (key: string): string => {
    const known = byKey.get(key);
    if (known !== undefined) return known;
    // As the real ids: newer ones sort first.
    const id = `${String(1000 - jobs.size).padStart(4, '0')}jobjobjobjob`;
    const statuses = [statusOf({ id, state: 'running' }), statusOf({ id, state: 'completed' })];
    jobs.set(id, { statuses, rows: [], files: {}, ...api.nextJob });
    byKey.set(key, id);
    return id;
  };

  const answer = (request: IncomingMessage, body: string, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake');
    const key = request.headers['idempotency-key']?.toString();
    calls.push({ call: `${request.method ?? ''} ${request.url ?? ''}`, body, key });
    const [, , resource = '', id = '', part = '', ...rest] = pathname.split('/').map(decodeURIComponent);
    if (pathname === '/healthz') return send(response, {});
    if (resource === 'uploads' && request.method === 'GET') return sendUpload(response, uploads.get(id));
    if (resource === 'uploads') {
      uploads.set(sha256(body).slice(0, 40), body);
      return sendUpload(response, body);
    }
    if (resource === 'preview') return send(response, api.preview);
    if (resource === 'jobs' && id === '') {
      if (request.method === 'GET') return send(response, { jobs: newestFirst(jobs), cursor: null });
      const created = create(key ?? '');
      return send(response, { id: created, state: lastOf(jobs.get(created)).state }, 202);
    }
    const job = jobs.get(id);
    if (job === undefined) return fail(response, 404, 'job-not-found', `There is no job ${id}`);
    if (part === '') return send(response, lastOf(job));
    if (part === 'events') return stream(response, job);
    if (part === 'explain')
      return send(response, { job: id, state: lastOf(job).state, happened: [], shards: [], more: 0 });
    if (part === 'report') return send(response, reportOf(lastOf(job)));
    if (part === 'outputs')
      return rest.length === 0 ? send(response, { files: filesOf(job) }) : void response.end(job.files[rest.join('/')]);
    if (part === 'raw' && rest.length === 0) return send(response, { parts: job.raw?.parts ?? [], cursor: null });
    if (part === 'raw') return void response.end(job.raw?.texts[rest.join('/')]);
    if (part === 'rows') return sendRows(response, job, searchParams, rest.join('/'));
    return send(response, {});
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks).toString(), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return Object.assign(api, {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
};

const sendUpload = (response: ServerResponse, body: string | undefined): void =>
  body === undefined
    ? fail(response, 404, 'not-found', 'there is no such upload')
    : send(response, { id: sha256(body).slice(0, 40), bytes: body.length, sha256: sha256(body) });

const stream = (response: ServerResponse, job: FakeJob): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const status of job.statuses) response.write(`event: status\ndata: ${JSON.stringify(status)}\n\n`);
};

const sendRows = (response: ServerResponse, job: FakeJob, wanted: URLSearchParams, key: string): void => {
  if (key === '') {
    const outcome = wanted.get('outcome');
    return send(response, {
      rows: job.rows.filter((row) => outcome === null || row.outcome === outcome),
      cursor: null,
    });
  }
  const row = job.rows.find((candidate) => candidate.key === key);
  if (row === undefined) return fail(response, 404, 'row-not-found', `There is no row "${key}"`);
  const attempt = {
    run: 1,
    stage: '001',
    step: 'answer',
    attempt: 1,
    customId: 'c1',
    batchId: 'batch_1',
    outcome: row.outcome,
  };
  return send(response, { attempts: [attempt], ...row });
};

const newestFirst = (jobs: FakeApi['jobs']) =>
  [...jobs.values()].map(lastOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));

const lastOf = (job: FakeJob | undefined): JobStatus => job?.statuses.at(-1) ?? statusOf();

const filesOf = (job: FakeJob) =>
  Object.entries(job.files).map(([path, text]) => ({
    path,
    rows: text.split('\n').length - 2,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
    final: true,
  }));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const send = (response: ServerResponse, body: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const fail = (response: ServerResponse, status: number, code: string, message: string): void =>
  send(response, { error: { code, message, details: [] } }, status);

const somePreview: Preview = {
  name: 'captions',
  step: 'answer',
  provider: 'openai',
  model: 'gpt-4o-mini',
  requests: [{ key: 'a', body: { model: 'gpt-4o-mini' }, inputTokens: 12 }],
  rowsPreviewed: 2,
  meanInputTokens: 12,
  estimatedCost: { batch: 0.83, realtime: 1.66 },
  problems: [],
};
