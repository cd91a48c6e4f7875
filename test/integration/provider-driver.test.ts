import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { formatCustomId } from '@batchmill/contracts';
import { startSimulator } from '@batchmill/provider-simulator';
import type { Simulator } from '@batchmill/provider-simulator';
import { classifyBatchFailure, readProviders, readResultLine } from '@batchmill/providers';
import type { BatchProvider, CreateBatchResult, ProviderBatch, ReadLine } from '@batchmill/providers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

const ENDPOINT = '/v1/chat/completions';
let folder: string;
let simulator: Simulator;
let provider: BatchProvider;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-driver-'));
  simulator = await startSimulator({ dataDir: folder, speed: 100_000 });
  provider = readProviders({ BATCHMILL_SIMULATOR_URL: simulator.url, BATCHMILL_SUBMIT_LEASE_MS: '2500' }).get(
    'simulator',
  );
});
afterAll(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => setFaults({}));

const setFaults = async (faults: object): Promise<void> => {
  const response = await fetch(`${simulator.url}/_simulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  });
  expect(response.status).toBe(200);
};

let jobs = 0;
/** Request lines of a job of their own, so that the meter knows them as new rows. */
const requestLines = (rows: number, model = 'gpt-4o-mini'): string[] => {
  jobs += 1;
  const job = `driver${String(jobs).padStart(8, '0')}`;
  return Array.from({ length: rows }, (_, row) => {
    const custom_id = formatCustomId({ job, stage: '001', shard: 0, row: row.toString(36), attempt: 1 });
    const body = { model, messages: [{ role: 'user', content: `Say something about the number ${row}.` }] };
    return JSON.stringify({ custom_id, method: 'POST', url: ENDPOINT, body });
  });
};

const upload = async (lines: string[]): Promise<string> => {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.byteLength; start += 1000) yield bytes.subarray(start, start + 1000);
  };
  const { fileId } = await provider.uploadFile({ name: 'requests.jsonl', bytes: bytes.byteLength, body });
  expect(await provider.fileInfo(fileId)).toEqual({ bytes: bytes.byteLength });
  return fileId;
};

const create = (fileId: string): Promise<CreateBatchResult> =>
  provider.createBatch({ fileId, endpoint: ENDPOINT, metadata: { batchmill: 'driver-test' } });

const place = async (fileId: string): Promise<string> => {
  const result = await create(fileId);
  if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
  return result.batch.id;
};

const untilEnded = async (id: string): Promise<ProviderBatch> => {
  for (;;) {
    const batch = await provider.getBatch(id);
    if (batch === null) throw new Error(`no batch ${id}`);
    if (batch.state !== 'open') return batch;
    await pause(20);
  }
};

const readFile = async (fileId: string | null): Promise<ReadLine[]> => {
  const stream = fileId === null ? null : await provider.openFile(fileId);
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => readResultLine(line, ENDPOINT))
    .filter((line) => line.kind !== 'unparsable');
};

const batchesOf = async (fileId: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const batch of provider.listBatches()) if (batch.inputFileId === fileId) found.push(batch.id);
  return found;
};

describe('the driver against the simulator', () => {
  test('a file becomes a batch, and every row comes back answered', async () => {
    const lines = requestLines(40);
    const batch = await untilEnded(await place(await upload(lines)));
    expect(batch).toMatchObject({ state: 'completed', errorFileId: null, metadata: { batchmill: 'driver-test' } });
    const answers = await readFile(batch.outputFileId);
    expect(answers.map(({ customId }) => customId).sort()).toEqual(
      lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id).sort(),
    );
    expect(answers.every((answer) => answer.kind === 'answer' && answer.usage.outputTokens > 0)).toBe(true);
  });

  test('rows that fail come in the error file with whether they may be asked again', async () => {
    await setFaults({
      rows: {
        errors: [
          { status: 500, rate: 0.5 },
          { status: 400, rate: 0.5 },
        ],
      },
    });
    const batch = await untilEnded(await place(await upload(requestLines(60))));
    const errors = await readFile(batch.errorFileId);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error).toMatchObject({ kind: 'error', outcome: 'failed' });
      if (error.kind === 'error') expect(error.retryable).toBe(error.status === 500);
    }
  });

  test('a create whose reply is lost is ambiguous, sent once, and found by its input file', async () => {
    await setFaults({ requests: [{ on: 'batches.create', effect: 'cut', when: 'after', times: 1 }] });
    const fileId = await upload(requestLines(3));
    expect(await create(fileId)).toMatchObject({ kind: 'ambiguous' });
    const found = await batchesOf(fileId);
    expect(found).toHaveLength(1);
    await untilEnded(found[0] ?? '');
  });

  test('a create that never gets an answer ends in time and has made one batch at most', async () => {
    await setFaults({ requests: [{ on: 'batches.create', effect: 'hang', when: 'before', times: 1 }] });
    const fileId = await upload(requestLines(3));
    expect(await create(fileId)).toMatchObject({ kind: 'ambiguous' });
    expect((await batchesOf(fileId)).length).toBeLessThanOrEqual(1);
  });

  test('too many requests is a refusal that says when to come back', async () => {
    const fault = { on: 'batches.create', effect: 'status', status: 429, retryAfterSeconds: 3, times: 1 };
    await setFaults({ requests: [fault] });
    expect(await create(await upload(requestLines(3)))).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'rate-limited', retryAfterMs: 3000 },
    });
  });

  test('after the fence, a late create costs nothing', async () => {
    const fileId = await upload(requestLines(3));
    expect(await provider.deleteFile(fileId)).toBe('deleted');
    expect(await provider.deleteFile(fileId)).toBe('absent');
    const result = await create(fileId);
    if (result.kind === 'accepted') {
      expect(classifyBatchFailure(await untilEnded(result.batch.id))).toMatchObject({ failure: 'fenced' });
    } else {
      expect(result).toMatchObject({ kind: 'refused', refusal: { kind: 'fenced' } });
    }
  });

  test('a batch that does not pass validation names its bad lines', async () => {
    const lines = requestLines(5);
    lines[1] = '{"custom_id": "x", broken';
    lines[3] = JSON.stringify({ method: 'POST', url: ENDPOINT, body: {} });
    const batch = await untilEnded(await place(await upload(lines)));
    expect(batch.state).toBe('failed');
    expect(classifyBatchFailure(batch)).toEqual({ failure: 'bad-lines', badLines: [2, 4] });
  });

  test('a full token pool is told from every other failure, with its limit', async () => {
    await setFaults({ enqueuedTokensPerModel: 10 });
    const batch = await untilEnded(await place(await upload(requestLines(5))));
    expect(classifyBatchFailure(batch)).toEqual({ failure: 'pool-full', badLines: [], limitTokens: 10 });
  });

  test('a cut download throws', async () => {
    const batch = await untilEnded(await place(await upload(requestLines(5))));
    await setFaults({ downloads: [{ times: 1, afterShare: 0.5 }] });
    await expect(readFile(batch.outputFileId)).rejects.toMatchObject({ name: 'ProviderError', retryable: true });
    expect(await readFile(batch.outputFileId)).toHaveLength(5);
  });

  test('a final batch cannot be cancelled, and one that never was is not found', async () => {
    const { id } = await untilEnded(await place(await upload(requestLines(2))));
    expect(await provider.cancelBatch(id)).toBe('already-final');
    expect(await provider.cancelBatch('batch_never')).toBe('not-found');
    expect(await provider.getBatch('batch_never')).toBeNull();
    expect(await provider.openFile('file-never')).toBeNull();
  });

  test('the check succeeds', async () => {
    expect(await provider.check()).toEqual({ ok: true });
  });
});
