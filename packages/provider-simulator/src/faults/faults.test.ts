import { describe, expect, it } from 'vitest';
import { FINAL, attemptId, request, requests, simulatorInTest } from '../simulator-in-test.ts';

const attempts = (count: number, attempt = 1) => requests(count, (index) => attemptId(index, attempt));

describe('the set of faults', () => {
  it('is shown, replaced as a whole, and refused with the place of a mistake', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ rows: { refused: 0.5 } });
    expect((await simulator.get('/_simulator/faults')).body).toMatchObject({ rows: { refused: 0.5 } });
    await simulator.setFaults({ emptyErrorFileId: true });
    expect((await simulator.get('/_simulator/faults')).body).toMatchObject({ rows: { refused: 0 } });
    const wrong = await simulator.setFaults({ rows: { refused: 2 }, other: 1 });
    expect(wrong.status).toBe(400);
    expect(JSON.stringify(wrong.body)).toMatch(/rows\.refused/);
  });
});

describe('faults of rows', () => {
  it('errors of a status go into the error file, at about the rate, and are not paid', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({
      rows: {
        errors: [
          { status: 429, rate: 0.3 },
          { status: 500, rate: 0.3 },
        ],
      },
    });
    const batch = await simulator.runBatch(attempts(300));
    const errors = await simulator.lines(batch.error_file_id);
    const statuses = new Set(errors.map((line) => line.response?.status_code));
    expect(statuses).toEqual(new Set([429, 500]));
    expect(errors.length).toBeGreaterThan(100);
    expect(errors.length).toBeLessThan(210);
    expect(batch.request_counts).toEqual({ total: 300, completed: 300 - errors.length, failed: errors.length });
    expect((await simulator.meter()).rows_paid).toBe(300 - errors.length);
  });

  it('an error without status has no response', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ rows: { errors: [{ rate: 1 }] } });
    const [line] = await simulator.lines((await simulator.runBatch(attempts(1))).error_file_id);
    expect(line).toMatchObject({ response: null, error: { code: 'request_timeout' } });
  });

  it('another attempt draws anew, the same attempt draws the same', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ rows: { errors: [{ status: 500, rate: 0.5 }] } });
    const failing = async (attempt: number): Promise<string[]> => {
      const batch = await simulator.runBatch(attempts(60, attempt));
      return (await simulator.lines(batch.error_file_id)).map((line) => line.custom_id.replace(/-a\d$/, '')).sort();
    };
    const first = await failing(1);
    expect(await failing(1)).toEqual(first);
    expect(await failing(2)).not.toEqual(first);
  });

  it('refused, truncated, missing, duplicate and garbage answers look as they do in life', async () => {
    await using simulator = await simulatorInTest();
    const outputWith = async (rows: object): Promise<string[]> => {
      await simulator.setFaults({ rows });
      const batch = await simulator.runBatch(attempts(1));
      expect(batch.request_counts).toEqual({ total: 1, completed: 1, failed: 0 });
      return batch.output_file_id === null ? [] : (await simulator.content(batch.output_file_id)).trimEnd().split('\n');
    };
    const choice = (line: string | undefined) =>
      (JSON.parse(line ?? '') as { response: { body: { choices: object[] } } }).response.body.choices[0];
    expect(choice((await outputWith({ refused: 1 }))[0])).toMatchObject({
      finish_reason: 'stop',
      message: { content: null, refusal: expect.any(String) },
    });
    expect(choice((await outputWith({ truncated: 1 }))[0])).toMatchObject({ finish_reason: 'length' });
    expect(await outputWith({ missing: 1 })).toEqual([]);
    const twice = await outputWith({ duplicate: 1 });
    expect(twice).toHaveLength(2);
    expect(twice[0]).toBe(twice[1]);
    const [garbage] = await outputWith({ garbage: 1 });
    expect(() => JSON.parse(garbage ?? '')).toThrow(SyntaxError);
    expect((await simulator.meter()).rows_paid).toBe(5);
  });
});

describe('faults of batches', () => {
  it('the next batches expire, fail or are cancelled after a share of their rows', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({
      batches: [
        { ends: 'expired', afterShare: 0.3, times: 1 },
        { ends: 'failed', afterShare: 0.5, times: 1 },
        { ends: 'cancelled', afterShare: 0.2, times: 1 },
      ],
    });
    const expired = await simulator.runBatch(requests(10));
    expect(expired).toMatchObject({ status: 'expired', request_counts: { total: 10, completed: 3, failed: 0 } });
    expect(await simulator.lines(expired.error_file_id)).toHaveLength(7);
    const failed = await simulator.runBatch(requests(10));
    expect(failed).toMatchObject({ status: 'failed', output_file_id: null, error_file_id: null });
    expect(failed.errors?.data).toHaveLength(1);
    const cancelled = await simulator.runBatch(requests(10));
    expect(cancelled).toMatchObject({ status: 'cancelled', request_counts: { completed: 2 } });
    expect((await simulator.runBatch(requests(10))).status).toBe('completed');
    expect((await simulator.meter()).rows_paid).toBe(3 + 5 + 2 + 10);
  });

  it('the next batch takes so much longer, and ends as others do', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ batches: [{ slowByMs: 500_000, times: 1 }] });
    const [slow, quick] = [
      await simulator.create(await simulator.upload(requests(10))),
      await simulator.create(await simulator.upload(requests(10))),
    ];
    await simulator.advance(200_000);
    expect(await simulator.until(quick.id, ({ status }) => status === 'completed')).toMatchObject({
      status: 'completed',
    });
    expect(await simulator.batch(slow.id)).toMatchObject({ status: 'in_progress', request_counts: { total: 10 } });
    expect(await simulator.toEnd(slow.id)).toMatchObject({ status: 'completed', request_counts: { completed: 10 } });
    const without = await simulator.setFaults({ batches: [{ times: 1 }] });
    expect(JSON.stringify(without.body)).toMatch(/needs \\"ends\\" or \\"slowByMs\\"/);
  });

  it('counts lie, and a clean batch may have "" as error file', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ countsLie: { completed: -1 }, emptyErrorFileId: true });
    const batch = await simulator.runBatch(requests(4));
    expect(batch).toMatchObject({ error_file_id: '', request_counts: { total: 4, completed: 3, failed: 0 } });
    expect(await simulator.lines(batch.output_file_id)).toHaveLength(4);
  });

  it('a token pool set as a fault holds in place of the limit', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ enqueuedTokensPerModel: { 'gpt-4o-mini': 1 } });
    expect((await simulator.runBatch(requests(1))).errors?.data[0]?.code).toBe('token_limit_exceeded');
  });

  it('a new batch shows in the list only after the lag, but can be got at once', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ listLag: { virtualMs: 5_000 } });
    const { id } = await simulator.create(await simulator.upload(requests(1)));
    expect((await simulator.get('/v1/batches')).body.data).toEqual([]);
    expect((await simulator.batch(id)).id).toBe(id);
    await simulator.advance(5_000);
    expect((await simulator.get('/v1/batches')).body.data).toHaveLength(1);
  });
});

describe('faults of requests', () => {
  it('a connection cut before a creation leaves nothing, one cut after it leaves the batch', async () => {
    await using simulator = await simulatorInTest();
    const fileId = await simulator.upload(requests(1));
    for (const [when, batches] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      await simulator.setFaults({ requests: [{ on: 'batches.create', effect: 'cut', when, times: 1 }] });
      await expect(simulator.create(fileId)).rejects.toThrow('fetch failed');
      expect((await simulator.get('/v1/batches')).body.data).toHaveLength(batches);
    }
    expect((await simulator.create(fileId)).status).toBe('validating');
  });

  it('the same for uploads', async () => {
    await using simulator = await simulatorInTest();
    for (const [when, files] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      await simulator.setFaults({ requests: [{ on: 'files.create', effect: 'cut', when, times: 1 }] });
      await expect(simulator.upload(requests(1))).rejects.toThrow('fetch failed');
      expect((await simulator.get('/v1/files')).body.data).toHaveLength(files);
    }
  });

  it('an error status before or after the effect, with retry-after, so many times', async () => {
    await using simulator = await simulatorInTest();
    const body = {
      input_file_id: await simulator.upload(requests(1)),
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    };
    await simulator.setFaults({
      requests: [{ on: 'batches.create', effect: 'status', status: 429, retryAfterSeconds: 7, times: 2 }],
    });
    for (let time = 0; time < 2; time += 1) {
      const refused = await simulator.post('/v1/batches', body);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('7');
      expect(refused.body).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
    }
    expect((await simulator.post('/v1/batches', body)).status).toBe(200);
    await simulator.setFaults({
      requests: [{ on: 'batches.create', effect: 'status', status: 500, when: 'after', times: 1 }],
    });
    expect((await simulator.post('/v1/batches', body)).status).toBe(500);
    expect((await simulator.get('/v1/batches')).body.data).toHaveLength(2);
  });

  it('hangs until the client gives up', async () => {
    await using simulator = await simulatorInTest();
    await simulator.setFaults({ requests: [{ on: 'batches.list', effect: 'hang', times: 1 }] });
    await expect(simulator.send('/v1/batches', { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    expect((await simulator.get('/v1/batches')).status).toBe(200);
  });
});

describe('truncated downloads', () => {
  const download = async (fault: object) => {
    const simulator = await simulatorInTest();
    await using _ended = simulator;
    const batch = await simulator.runBatch(requests(20));
    const whole = await simulator.content(batch.output_file_id);
    await simulator.setFaults({ downloads: [{ times: 1, afterShare: 0.5, ...fault }] });
    const cut = await simulator.content(batch.output_file_id).catch((error: Error) => error);
    expect(await simulator.content(batch.output_file_id)).toBe(whole);
    expect(FINAL).toContain(batch.status);
    return { whole, cut };
  };

  it.each([[{ framing: 'content-length' }], [{ framing: 'chunked' }]])('%o: the client notices', async (fault) => {
    expect((await download(fault)).cut).toBeInstanceOf(Error);
  });

  it.each([[{ framing: 'content-length' }], [{ framing: 'chunked' }]])(
    '%o, clean at a line end: it looks whole',
    async (fault) => {
      const { whole, cut } = await download({ ...fault, clean: true, atLineEnd: true });
      expect(cut).toEqual(expect.stringMatching(/\n$/));
      expect(whole.startsWith(String(cut))).toBe(true);
      expect(String(cut).length).toBeLessThan(whole.length);
    },
  );
});

describe('row faults in realtime', () => {
  it('become error statuses, refusals and cut answers', async () => {
    await using simulator = await simulatorInTest();
    const ask = () => simulator.post('/v1/chat/completions', request('x').body);
    await simulator.setFaults({ rows: { errors: [{ status: 503, rate: 1 }] } });
    expect((await ask()).status).toBe(503);
    await simulator.setFaults({ rows: { truncated: 1 } });
    expect((await ask()).body).toMatchObject({ choices: [{ finish_reason: 'length' }] });
  });
});
