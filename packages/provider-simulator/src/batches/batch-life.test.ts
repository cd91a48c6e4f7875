import { describe, expect, it } from 'vitest';
import { FIXED_TIMING, request, requests, simulatorInTest } from '../simulator-in-test.ts';

const ids = (lines: readonly { custom_id: string }[]): string[] => lines.map((line) => line.custom_id).sort();

describe('a batch without faults', () => {
  it('goes through its states at their times and ends with usage and model', async () => {
    await using simulator = await simulatorInTest();
    const { id } = await simulator.create(await simulator.upload(requests(10)));
    await simulator.advance(10_000);
    const running = await simulator.until(id, ({ status }) => status === 'in_progress');
    expect(running).toMatchObject({ model: 'gpt-4o-mini', usage: null, output_file_id: null });
    await simulator.advance(50_000);
    const half = await simulator.until(id, ({ request_counts: counts }) => counts.completed >= 5);
    expect(half.request_counts).toEqual({ total: 10, completed: 5, failed: 0 });
    await simulator.advance(50_000);
    const finalizing = await simulator.until(id, ({ status }) => status === 'finalizing');
    expect(finalizing).toMatchObject({ output_file_id: null, error_file_id: null });
    const batch = await simulator.toEnd(id);
    const created = Number(batch.created_at);
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 10, completed: 10, failed: 0 },
      error_file_id: null,
      errors: null,
      model: 'gpt-4o-mini',
    });
    const lasted = (member: string): number => Number(batch[member]) - created;
    expect(lasted('in_progress_at')).toBe(10);
    expect(lasted('finalizing_at')).toBe(110);
    expect(lasted('completed_at')).toBe(120);
    const usage = batch.usage as Record<string, number>;
    expect(usage.total_tokens).toBe((usage.input_tokens ?? 0) + (usage.output_tokens ?? 0));
    expect(usage.output_tokens).toBeGreaterThan(0);
  });

  it('answers every request exactly once, in another order', async () => {
    await using simulator = await simulatorInTest();
    const asked = requests(200);
    const lines = await simulator.lines((await simulator.runBatch(asked)).output_file_id);
    const order = lines.map((line) => line.custom_id);
    expect([...order].sort()).toEqual(asked.map((line) => line.custom_id).sort());
    expect(order).not.toEqual(asked.map((line) => line.custom_id));
    expect(new Set(lines.map((line) => line.response?.body.choices[0]?.message.content)).size).toBeGreaterThan(150);
    expect(lines[0]).toMatchObject({
      id: expect.stringMatching(/^batch_req_/),
      response: { status_code: 200, request_id: expect.any(String) },
      error: null,
    });
  });

  it('gives result files that say where they come from and when they go', async () => {
    await using simulator = await simulatorInTest();
    const fileId = await simulator.upload(requests(1));
    const { id } = await simulator.create(fileId, { output_expires_after: { anchor: 'created_at', seconds: 7_200 } });
    const batch = await simulator.toEnd(id);
    const file = (await simulator.get(`/v1/files/${batch.output_file_id}`)).body;
    expect(file).toMatchObject({ purpose: 'batch_output', filename: `${id}_output.jsonl` });
    expect(Number(file.expires_at) - Number(file.created_at)).toBe(7_200);
    expect(file.bytes).toBe(Buffer.byteLength(await simulator.content(String(file.id))));
  });

  it('puts requests refused by the model into the error file and counts them as failed', async () => {
    await using simulator = await simulatorInTest();
    const batch = await simulator.runBatch([...requests(3), request('bad', 'x', { temperature: 9 })]);
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 4, completed: 3, failed: 1 } });
    expect(ids(await simulator.lines(batch.output_file_id))).toEqual(['row-0', 'row-1', 'row-2']);
    expect(await simulator.lines(batch.error_file_id)).toEqual([
      expect.objectContaining({
        custom_id: 'bad',
        response: expect.objectContaining({
          status_code: 400,
          body: { error: expect.objectContaining({ param: 'temperature', type: 'invalid_request_error' }) },
        }),
        error: null,
      }),
    ]);
  });

  it('is completed with a null output file where every request failed', async () => {
    await using simulator = await simulatorInTest();
    const batch = await simulator.runBatch([request('bad', 'x', { temperature: 9 })]);
    expect(batch).toMatchObject({ status: 'completed', output_file_id: null });
    expect(batch.request_counts).toEqual({ total: 1, completed: 0, failed: 1 });
    expect(await simulator.lines(batch.error_file_id)).toHaveLength(1);
  });
});

describe('cancelling', () => {
  it('keeps what has run, writes the rest as batch_cancelled and does not count it as failed', async () => {
    await using simulator = await simulatorInTest();
    const { id } = await simulator.create(await simulator.upload(requests(8)));
    await simulator.advance(60_000);
    await simulator.until(id, ({ request_counts: counts }) => counts.completed === 4);
    const cancelling = await simulator.post(`/v1/batches/${id}/cancel`, {});
    expect(cancelling.status).toBe(200);
    expect(cancelling.body).toMatchObject({ status: 'cancelling', output_file_id: null });
    await simulator.advance(59_000);
    expect((await simulator.batch(id)).status).toBe('cancelling');
    const batch = await simulator.toEnd(id);
    expect(batch).toMatchObject({ status: 'cancelled', request_counts: { total: 8, completed: 4, failed: 0 } });
    const done = await simulator.lines(batch.output_file_id);
    const left = await simulator.lines(batch.error_file_id);
    expect(ids([...done, ...left])).toEqual(ids(requests(8)));
    expect(left.map((line) => line.error?.code)).toEqual(Array(4).fill('batch_cancelled'));
    expect(left.map((line) => line.response)).toEqual(Array(4).fill(null));
    expect((await simulator.meter()).rows_paid).toBe(4);
    expect(Number(batch.cancelled_at) - Number(batch.cancelling_at)).toBe(60);
  });

  it('in validating ends without any file', async () => {
    await using simulator = await simulatorInTest();
    const { id } = await simulator.create(await simulator.upload(requests(8)));
    await simulator.post(`/v1/batches/${id}/cancel`, {});
    const batch = await simulator.toEnd(id);
    expect(batch).toMatchObject({
      status: 'cancelled',
      output_file_id: null,
      error_file_id: null,
      in_progress_at: null,
    });
    expect((await simulator.meter()).rows_paid).toBe(0);
  });

  it('answers 200 where it is cancelled already and 409 where it has ended otherwise', async () => {
    await using simulator = await simulatorInTest();
    const fileId = await simulator.upload(requests(1));
    const cancelled = await simulator.create(fileId);
    await simulator.post(`/v1/batches/${cancelled.id}/cancel`, {});
    expect((await simulator.post(`/v1/batches/${cancelled.id}/cancel`, {})).body.status).toBe('cancelling');
    await simulator.toEnd(cancelled.id);
    expect((await simulator.post(`/v1/batches/${cancelled.id}/cancel`, {})).body.status).toBe('cancelled');
    const completed = await simulator.runBatch(requests(1));
    const failed = await simulator.toEnd((await simulator.create('file-unknown')).id);
    for (const { id, status } of [completed, failed]) {
      const refused = await simulator.post(`/v1/batches/${id}/cancel`, {});
      expect(refused.status).toBe(409);
      expect(refused.body).toEqual({
        error: {
          message: `Cannot cancel a batch with status '${status}'.`,
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      });
    }
  });
});

describe('expiry', () => {
  it('ends a batch that takes longer than 24 hours with what has run', async () => {
    const day = 86_400_000;
    await using simulator = await simulatorInTest({
      timing: { ...FIXED_TIMING, validatingMs: [0, 0], runningMs: [2 * day, 2 * day] },
    });
    const { id } = await simulator.create(await simulator.upload(requests(10)));
    await simulator.until(id, ({ status }) => status === 'in_progress');
    await simulator.advance(day);
    const batch = await simulator.toEnd(id);
    expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 10, completed: 5, failed: 0 } });
    expect(batch.expired_at).toBe(batch.expires_at);
    expect(await simulator.lines(batch.output_file_id)).toHaveLength(5);
    const left = await simulator.lines(batch.error_file_id);
    expect(left.map((line) => line.error?.code)).toEqual(Array(5).fill('batch_expired'));
    expect((await simulator.meter()).rows_paid).toBe(5);
  });
});
