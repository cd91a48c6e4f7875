import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../options.ts';
import { request, requests, simulatorInTest } from '../simulator-in-test.ts';
import type { ErrorBody, SimulatorInTest } from '../simulator-in-test.ts';

const DAY_MS = 86_400_000;
const oneLine = (): string => `${JSON.stringify(request('a'))}\n`;

describe('files', () => {
  let simulator: SimulatorInTest;
  beforeAll(async () => (simulator = await simulatorInTest({ limits: { batchFileBytes: 1_000, fileBytes: 2_000 } })));
  afterAll(() => simulator[Symbol.asyncDispose]());

  it('keeps an upload byte for byte and describes it', async () => {
    const text = `${JSON.stringify(request('a', 'Ünïcode 🚀'))}\n`;
    const { status, body } = await simulator.sendFile(text);
    expect(status).toBe(200);
    const bytes = Buffer.byteLength(text);
    expect(body).toMatchObject({
      object: 'file',
      bytes,
      filename: 'input.jsonl',
      purpose: 'batch',
      status: 'processed',
    });
    expect(body.expires_at).toBe(Number(body.created_at) + 30 * 86_400);
    expect(await simulator.content(body.id)).toBe(text);
    expect((await simulator.get(`/v1/files/${body.id}`)).body).toEqual(body);
  });

  it('takes the purpose behind the file as well as before it', async () => {
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new File([oneLine()], 'x.jsonl'));
    expect((await simulator.send('/v1/files', { method: 'POST', body: form })).status).toBe(200);
    expect((await simulator.sendFile(oneLine())).status).toBe(200);
  });

  it.each([
    ['an empty file', ''],
    ['a first line that is not JSON', 'hello\n{"custom_id":"a"}\n'],
    ['an empty first line', '\n{"custom_id":"a"}\n'],
    ['a byte order mark', `\uFEFF${JSON.stringify(request('a'))}\n`],
  ])('refuses %s', async (_name, text) => {
    const { status, body } = await simulator.sendFile(text);
    expect(status).toBe(400);
    expect((body as unknown as ErrorBody).error).toEqual({
      message: 'Invalid file format for Batch API. Must be .jsonl',
      type: 'invalid_request_error',
      param: null,
      code: null,
    });
  });

  it('looks at nothing but the first line', async () => {
    expect((await simulator.sendFile(`{"anything": 1}\nnot json\n`)).status).toBe(200);
    expect((await simulator.sendFile('{"text": "a\u2028b"}')).status).toBe(200);
  });

  it('takes a batch file of exactly the limit and refuses one byte more', async () => {
    const line = JSON.stringify(request('a'));
    const filled = (bytes: number): string => line + ' '.repeat(bytes - line.length - 1) + '\n';
    expect((await simulator.sendFile(filled(1_000))).status).toBe(200);
    const refused = await simulator.sendFile(filled(1_001));
    expect(refused.status).toBe(413);
    expect(refused.body).toMatchObject({
      error: { message: 'The batch input file is larger than the 1000 maximum for the gpt-4o-mini model' },
    });
    expect(DEFAULT_LIMITS.batchFileBytes).toBe(209_715_200);
  });

  it('takes a file of another purpose up to its own limit', async () => {
    expect((await simulator.sendFile('x'.repeat(2_000), { purpose: 'user_data' })).status).toBe(200);
    const refused = await simulator.sendFile('x'.repeat(2_001), { purpose: 'user_data' });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({ error: { message: 'File is too large.' } });
  });

  it('names what is missing or wrong in an upload', async () => {
    expect((await simulator.sendFile(oneLine(), {})).body).toMatchObject({
      error: { code: 'missing_required_parameter', param: 'purpose' },
    });
    expect((await simulator.sendFile(oneLine(), { purpose: 'party' })).body).toMatchObject({
      error: { code: 'invalid_value', param: 'purpose' },
    });
    const form = new FormData();
    form.set('purpose', 'batch');
    expect((await simulator.send('/v1/files', { method: 'POST', body: form })).body).toMatchObject({
      error: { code: 'missing_required_parameter', param: 'file' },
    });
    form.append('file', new File([oneLine()], 'a.jsonl'));
    form.append('file', new File([oneLine()], 'b.jsonl'));
    expect((await simulator.send('/v1/files', { method: 'POST', body: form })).status).toBe(400);
    expect((await simulator.post('/v1/files', { purpose: 'batch' })).status).toBe(400);
  });

  it('deletes once, and knows nothing of the file afterwards', async () => {
    const id = await simulator.upload(requests(1));
    const removed = await simulator.send(`/v1/files/${id}`, { method: 'DELETE' });
    expect(removed.body).toEqual({ id, object: 'file', deleted: true });
    for (const [method, path] of [
      ['DELETE', `/v1/files/${id}`],
      ['GET', `/v1/files/${id}`],
      ['GET', `/v1/files/${id}/content`],
    ] as const) {
      const gone = await simulator.send<ErrorBody>(path, { method });
      expect(gone.status).toBe(404);
      expect(gone.body.error.message).toBe(`No such File object: ${id}`);
    }
  });
});

describe('lists of files', () => {
  it('pages through them newest first, and oldest first on demand', async () => {
    await using simulator = await simulatorInTest();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await simulator.upload(requests(1)));
    type Page = { data: { id: string }[]; has_more: boolean; first_id: string; last_id: string };
    const first = (await simulator.get<Page>('/v1/files?limit=2')).body;
    expect(first.data.map(({ id }) => id)).toEqual([ids[4], ids[3]]);
    expect(first).toMatchObject({ has_more: true, first_id: ids[4], last_id: ids[3] });
    const rest = (await simulator.get<Page>(`/v1/files?limit=3&after=${first.last_id}`)).body;
    expect(rest.data.map(({ id }) => id)).toEqual([ids[2], ids[1], ids[0]]);
    expect(rest.has_more).toBe(false);
    const ascending = (await simulator.get<Page>('/v1/files?order=asc&limit=1')).body;
    expect(ascending.data[0]?.id).toBe(ids[0]);
    expect((await simulator.get<Page>('/v1/files?purpose=batch_output')).body.data).toEqual([]);
  });

  it('forgets a file when its time is over', async () => {
    await using simulator = await simulatorInTest();
    const usual = await simulator.upload(requests(1));
    const short = await simulator.sendFile(oneLine(), {
      purpose: 'batch',
      'expires_after[anchor]': 'created_at',
      'expires_after[seconds]': '3600',
    });
    await simulator.advance(3_601_000);
    expect((await simulator.get(`/v1/files/${short.body.id}/content`)).status).toBe(404);
    expect((await simulator.get(`/v1/files/${usual}`)).status).toBe(200);
    await simulator.advance(30 * DAY_MS);
    expect((await simulator.get(`/v1/files/${usual}`)).status).toBe(404);
    expect((await simulator.get('/v1/files')).body.data).toEqual([]);
  });
});
