import {
  explanationSchema,
  jobCreatedSchema,
  jobListSchema,
  jobStatusSchema,
  openClaimListSchema,
  outputListSchema,
  previewSchema,
  rawListSchema,
  reportSchema,
  rowDetailSchema,
  rowListSchema,
  uploadSchema,
} from '@batchmill/contracts';
import type {
  Explanation,
  JobStatus,
  JobSummary,
  OpenClaim,
  OutputFile,
  Preview,
  RawFile,
  RawPart,
  Report,
  RowDetail,
  RowView,
  Upload,
} from '@batchmill/contracts';
import type { CreateJob, JobState } from '@batchmill/contracts';
import { ApiError, UnexpectedAnswerError } from './errors.ts';
import { downloadFile } from './download-file.ts';
import { jobEvents } from './job-events.ts';
import { createTransport } from './transport.ts';
import type { RequestOptions, TransportOptions } from './transport.ts';
import { uploadBody } from './upload-body.ts';
import type { UploadSource } from './upload-body.ts';

export type ClientOptions = TransportOptions;
export type PreviewRequest = Pick<CreateJob, 'pipeline' | 'pipelineFile' | 'variables' | 'set' | 'files' | 'assets'> & {
  rows: Record<string, unknown>[];
  totalRows?: number;
};
/** `limit`: rows of a page, at most 1000. */
export type RowFilter = { outcome?: string; step?: string; key?: string; limit?: number };
type Waiting = { signal?: AbortSignal | undefined };

/** The job API, typed. Every method throws ApiError (the server said no) or ConnectionError (no answer). */
export type Client = {
  url: string;
  health(): Promise<void>;
  /** Streams an input in. `name` is for messages only. A broken upload of a stream is not repeated. */
  upload(name: string, source: UploadSource): Promise<Upload>;
  /** The upload of a file with this SHA-256 (hex), if there was one: it need not be sent again. */
  findUpload(sha256: string): Promise<Upload | null>;
  /** The same key and body give the same job, so that this may be called again. */
  createJob(job: CreateJob, idempotencyKey: string): Promise<{ id: string; state: JobState }>;
  /** One page, newest first. */
  jobs(cursor?: string): Promise<{ jobs: JobSummary[]; cursor: string | null }>;
  allJobs(): AsyncGenerator<JobSummary, void, undefined>;
  job(id: string): Promise<JobStatus>;
  /** Snapshots until the job is final; connects again when the connection breaks. */
  events(id: string, options?: Waiting): AsyncGenerator<JobStatus, void, undefined>;
  rows(id: string, filter?: RowFilter, cursor?: string): Promise<{ rows: RowView[]; cursor: string | null }>;
  allRows(id: string, filter?: RowFilter): AsyncGenerator<RowView, void, undefined>;
  row(id: string, key: string): Promise<RowDetail>;
  /** Claims whose answer is unknown. */
  claims(id: string): Promise<OpenClaim[]>;
  /** Says what became of a claim: its batch, or null for none. */
  resolve(id: string, submission: string, batch: string | null): Promise<void>;
  /** What happened, from the ledger alone, and what comes next. */
  explain(id: string, shard?: number): Promise<Explanation>;
  outputs(id: string): Promise<OutputFile[]>;
  /** To a path on this machine, in one step, checked by length and SHA-256. */
  download(id: string, file: OutputFile, target: string, options?: Waiting): Promise<{ bytes: number; sha256: string }>;
  /** Every part of a job in whatever state, with its submissions and what is stored of it. */
  rawParts(id: string): AsyncGenerator<RawPart, void, undefined>;
  /** One stored file of a part, as `download` does. */
  downloadRaw(id: string, file: RawFile, target: string, options?: Waiting): Promise<{ bytes: number; sha256: string }>;
  report(id: string): Promise<Report>;
  cancel(id: string): Promise<void>;
  pause(id: string): Promise<void>;
  /** `maxCost` raises the job's budget, US dollars. */
  resume(id: string, options?: { maxCost?: number | undefined }): Promise<void>;
  /** Opens a new run with the rows that are not ok. The job must be final (else ApiError 409). */
  retry(id: string): Promise<void>;
  preview(request: PreviewRequest): Promise<Preview>;
};

export const createClient = (options: ClientOptions): Client => {
  const transport = createTransport(options);
  const get = async <T>(path: string, schema: Schema<T>): Promise<T> =>
    parseAnswer(path, schema, await transport.open(path, { repeatable: true }));
  const post = (path: string, body: unknown, request: Partial<RequestOptions> = {}): Promise<Response> =>
    transport.open(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...request.headers },
      body: JSON.stringify(body ?? {}),
      repeatable: request.repeatable ?? true,
    });
  const control = async (id: string, verb: string, repeatable: boolean, body: object = {}): Promise<void> => {
    await (await post(`${jobPath(id)}/${verb}`, body, { repeatable })).body?.cancel();
  };

  const jobs: Client['jobs'] = (cursor) => get(`/v1/jobs${query({ cursor })}`, jobListSchema);
  const rows: Client['rows'] = (id, filter, cursor) =>
    get(`${jobPath(id)}/rows${query({ ...filter, cursor })}`, rowListSchema);

  return {
    url: transport.url,
    health: async () => {
      await (await transport.open('/healthz', { repeatable: true })).body?.cancel();
    },
    upload: async (name, source) => {
      const response = await transport.open(`/v1/uploads${query({ name })}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        ...(await uploadBody(source)),
      });
      return parseAnswer('/v1/uploads', uploadSchema, response);
    },
    findUpload: (sha256) =>
      get(`/v1/uploads/${sha256.slice(0, UPLOAD_ID_DIGITS)}`, uploadSchema).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }),
    createJob: async (job, idempotencyKey) => {
      const response = await post('/v1/jobs', job, { headers: { 'idempotency-key': idempotencyKey } });
      return parseAnswer('/v1/jobs', jobCreatedSchema, response);
    },
    jobs,
    allJobs: () => everyPage(async (cursor) => itemsOf(await jobs(cursor), 'jobs')),
    job: (id) => get(jobPath(id), jobStatusSchema),
    events: (id, waiting) => jobEvents(transport, id, waiting),
    rows,
    allRows: (id, filter) => everyPage(async (cursor) => itemsOf(await rows(id, filter, cursor), 'rows')),
    row: (id, key) => get(`${jobPath(id)}/rows/${encodeURIComponent(key)}`, rowDetailSchema),
    claims: async (id) => (await get(`${jobPath(id)}/claims`, openClaimListSchema)).claims,
    resolve: (id, submission, batch) => control(id, 'resolve', true, { submission, batch }),
    explain: (id, shard) =>
      get(`${jobPath(id)}/explain${shard === undefined ? '' : `?shard=${shard}`}`, explanationSchema),
    outputs: async (id) => (await get(`${jobPath(id)}/outputs`, outputListSchema)).files,
    download: (id, file, target, waiting) =>
      downloadFile(transport, `${jobPath(id)}/outputs/${encodePath(file.path)}`, file, target, waiting),
    rawParts: (id) =>
      everyPage(async (cursor) => itemsOf(await get(`${jobPath(id)}/raw${query({ cursor })}`, rawListSchema), 'parts')),
    downloadRaw: (id, file, target, waiting) => {
      const from = `${jobPath(id)}/raw/${encodePath(file.path)}`;
      return downloadFile(transport, from, { ...file, final: true }, target, waiting);
    },
    report: (id) => get(`${jobPath(id)}/report`, reportSchema),
    cancel: (id) => control(id, 'cancel', true),
    pause: (id) => control(id, 'pause', true),
    resume: (id, resuming) => control(id, 'resume', true, { maxCost: resuming?.maxCost }),
    retry: (id) => control(id, 'retry', false),
    preview: async (request) => parseAnswer('/v1/preview', previewSchema, await post('/v1/preview', request)),
  };
};

/** Uploads are known by the beginning of their SHA-256. */
const UPLOAD_ID_DIGITS = 40;

type Schema<T> = { parse(value: unknown): T };

const parseAnswer = async <T>(path: string, schema: Schema<T>, response: Response): Promise<T> => {
  try {
    return schema.parse(await response.json());
  } catch (cause) {
    throw new UnexpectedAnswerError(path, { cause });
  }
};

const jobPath = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`;

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const query = (parameters: Record<string, string | number | undefined>): string => {
  const given = Object.entries(parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

type Page<T> = { items: T[]; cursor: string | null };

const itemsOf = <K extends string, T>(page: Record<K, T[]> & { cursor: string | null }, name: K): Page<T> => ({
  items: page[name],
  cursor: page.cursor,
});

async function* everyPage<T>(
  page: (cursor: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const { items, cursor: next } = await page(cursor);
    yield* items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}
