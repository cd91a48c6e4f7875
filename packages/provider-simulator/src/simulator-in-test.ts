import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorOptions, SimulatorTiming } from './options.ts';
import { startSimulator } from './simulator.ts';

export type Reply<Body = Record<string, unknown>> = { status: number; headers: Headers; body: Body };
export type ErrorBody = { error: { message: string; type: string; param: string | null; code: string | null } };
export type WireBatch = {
  id: string;
  status: string;
  output_file_id: string | null;
  error_file_id: string | null;
  errors: { data: { code: string; line: number | null; message: string; param: string | null }[] } | null;
  request_counts: { total: number; completed: number; failed: number };
  [name: string]: unknown;
};
export type WireLine = {
  custom_id: string;
  response: {
    status_code: number;
    body: { choices: { message: { content: string }; finish_reason: string }[] };
  } | null;
  error: { code: string } | null;
};

/** Every state lasts as long as these say: a test moves the clock itself. */
export const FIXED_TIMING: SimulatorTiming = {
  validatingMs: [10_000, 10_000],
  validatingMsPerMiB: 0,
  runningMs: [100_000, 100_000],
  runningMsPerRow: 0,
  finalizingMs: [10_000, 10_000],
  cancellingMs: [60_000, 60_000],
};
export const FINAL = ['completed', 'failed', 'expired', 'cancelled'];
const LONGER_THAN_ANY_MS = 3_600_000;

export type SimulatorInTest = Awaited<ReturnType<typeof simulatorInTest>>;

/** A simulator in a folder of its own whose clock stands almost still, and a client made of plain fetch. */
export const simulatorInTest = async (options: Partial<SimulatorOptions> = {}) => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'simulator-test-')));
  const simulator = await startSimulator({ speed: 1, timing: FIXED_TIMING, ...options, dataDir });
  return {
    ...clientOf(simulator.url),
    dataDir,
    stop: () => simulator.close(),
    [Symbol.asyncDispose]: async () => {
      await simulator.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
};

export const clientOf = (url: string) => {
  const send = async <Body>(
    path: string,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Reply<Body>> => {
    const response = await fetch(url + path, { ...init, headers: { authorization: 'Bearer key', ...init.headers } });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Body };
  };
  const post = <Body = Record<string, unknown>>(path: string, body: unknown, headers = {}): Promise<Reply<Body>> =>
    send<Body>(path, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const get = <Body = Record<string, unknown>>(path: string): Promise<Reply<Body>> => send<Body>(path);

  const sendFile = (
    content: string | Uint8Array<ArrayBuffer>,
    fields: Record<string, string> = { purpose: 'batch' },
  ) => {
    const form = new FormData();
    form.set('file', new File([content], 'input.jsonl'));
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    return send<Record<string, unknown> & { id: string }>('/v1/files', { method: 'POST', body: form });
  };
  const upload = async (lines: readonly unknown[]): Promise<string> => {
    const content = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
    return (await sendFile(`${content}\n`)).body.id;
  };
  const create = async (fileId: string, extra: object = {}): Promise<WireBatch> => {
    const body = { input_file_id: fileId, endpoint: '/v1/chat/completions', completion_window: '24h', ...extra };
    return (await post<WireBatch>('/v1/batches', body)).body;
  };
  const batch = async (id: string): Promise<WireBatch> => (await get<WireBatch>(`/v1/batches/${id}`)).body;
  const until = async (id: string, isReached: (batch: WireBatch) => boolean): Promise<WireBatch> => {
    for (;;) {
      const present = await batch(id);
      if (isReached(present)) return present;
      if (FINAL.includes(present.status)) throw new Error(`the batch ended: ${JSON.stringify(present)}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  };
  const advance = (ms: number) => post('/_simulator/clock', { advanceMs: ms });
  const toEnd = async (id: string): Promise<WireBatch> => {
    await advance(LONGER_THAN_ANY_MS);
    return until(id, ({ status }) => FINAL.includes(status));
  };
  const content = async (fileId: string | null): Promise<string> => {
    const response = await fetch(`${url}/v1/files/${fileId}/content`, { headers: { authorization: 'Bearer key' } });
    return response.text();
  };
  const lines = async (fileId: string | null): Promise<WireLine[]> =>
    (await content(fileId))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as WireLine);
  return {
    url,
    send,
    post,
    get,
    sendFile,
    upload,
    create,
    batch,
    until,
    advance,
    toEnd,
    content,
    lines,
    /** Uploads and submits the lines, and leads the batch to its end. */
    runBatch: async (requests: readonly unknown[]) => toEnd((await create(await upload(requests))).id),
    meter: async () => (await get<Record<string, number>>('/_simulator/meter')).body,
    setFaults: (faults: object) => post('/_simulator/faults', faults),
  };
};

export const request = (customId: string, content: unknown = `Tell me about ${customId}`, more: object = {}) => ({
  custom_id: customId,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model: 'gpt-4o-mini', messages: [{ role: 'user', content }], ...more },
});

export const requests = (count: number, idOf = (index: number) => `row-${index}`) =>
  Array.from({ length: count }, (_, index) => request(idOf(index)));

/** An id of the form by which the meter knows a row's attempts. */
export const attemptId = (row: number, attempt: number): string =>
  `jobjobjobjob01-001-0-${row.toString(36)}-a${attempt}`;
