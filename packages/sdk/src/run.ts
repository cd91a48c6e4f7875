import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { formatProblem } from '@batchmill/contracts';
import type { Fields, Json, JobStatus, Outcome, RowView } from '@batchmill/contracts';
import { createClient } from './client.ts';
import type { Client } from './client.ts';

export type RunOptions = {
  /** The source: objects, one per row. They need not fit in memory. */
  rows: Iterable<Fields> | AsyncIterable<Fields>;
  /** Values for the pipeline's `vars`, and overrides by path such as `steps[0].generate.model`. */
  variables?: Record<string, Json>;
  set?: Record<string, Json>;
  /** Files the pipeline names with `$file`, by path. */
  files?: Record<string, Json>;
  /** Runs with the same key and content are one job: nothing is paid again. Without it every call is a new job. */
  idempotencyKey?: string;
  onStatus?: (status: JobStatus) => void;
  signal?: AbortSignal;
} & ({ client: Client } | { url: string; token?: string });

export type RunRow = { key: string; outcome: Outcome | 'open'; fields: Fields; reason?: RowView['reason'] };

/** The job ended without results; `status` says why. */
export class JobFailedError extends Error {
  readonly status: JobStatus;
  constructor(status: JobStatus) {
    const problems = (status.problems ?? []).map(formatProblem);
    super([`Job ${status.id} failed: ${status.reason ?? 'no reason is known'}`, ...problems].join('\n'));
    this.name = 'JobFailedError';
    this.status = status;
  }
}

const ROWS_FILE = 'rows.jsonl';

/**
 * Runs a pipeline (its text, or the same as an object) over rows of the program's own, waits for its end, and yields
 * every row with its outcome, those that were not answered too. What the pipeline says of its source's format and
 * path is replaced.
 */
export async function* run(
  pipeline: string | Record<string, Json>,
  options: RunOptions,
): AsyncGenerator<RunRow, void, undefined> {
  const client = 'client' in options ? options.client : createClient(options);
  const upload = await client.upload(ROWS_FILE, { stream: Readable.from(linesOf(options.rows)) });
  const { id } = await client.createJob(
    {
      ...sourceFromRows(pipeline, options.set),
      input: [{ name: ROWS_FILE, upload: upload.id }],
      ...(options.variables === undefined ? {} : { variables: options.variables }),
      ...(options.files === undefined ? {} : { files: options.files }),
    },
    options.idempotencyKey ?? randomUUID(),
  );
  for await (const status of client.events(id, { signal: options.signal })) {
    options.onStatus?.(status);
    if (status.state === 'failed') throw new JobFailedError(status);
  }
  for await (const { key, outcome, fields, reason } of client.allRows(id))
    yield reason === undefined ? { key, outcome, fields } : { key, outcome, fields, reason };
}

const sourceFromRows = (pipeline: string | Record<string, Json>, set: Record<string, Json> = {}) => {
  if (typeof pipeline === 'string')
    return { pipeline, set: { ...set, 'source.format': 'jsonl', 'source.path': ROWS_FILE } };
  const source = pipeline['source'];
  const own = typeof source === 'object' && source !== null && !Array.isArray(source) ? source : {};
  return { pipeline: { ...pipeline, source: { ...own, format: 'jsonl', path: ROWS_FILE } }, set };
};

async function* linesOf(rows: Iterable<Fields> | AsyncIterable<Fields>): AsyncGenerator<Buffer> {
  for await (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
}
