import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attemptId, clientOf, requests, simulatorInTest } from './simulator-in-test.ts';
import { startSimulator } from './simulator.ts';

const main = new URL('main.ts', import.meta.url).pathname;

/** A simulator as a process of its own. */
const startProcess = async (dataDir: string, speed: number) => {
  const child = spawn(process.execPath, [main, '--data', dataDir, '--speed', String(speed), '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const [firstLine] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(firstLine.toString()) as { url: string };
  return { ...clientOf(url), child, ended };
};

describe('state', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'simulator-state-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('survives kill -9 at any moment of a batch: every row is answered once and paid once', async () => {
    const rows = requests(2_000, (index) => attemptId(index, 1));
    let simulator = await startProcess(dataDir, 2_000);
    const fileId = await simulator.upload(rows);
    const { id } = await simulator.create(fileId);
    const moments: ((batch: { status: string; request_counts: { completed: number } }) => boolean)[] = [
      () => true,
      ({ request_counts: counts }) => counts.completed > 200,
      ({ request_counts: counts }) => counts.completed > 1_000,
      ({ status }) => status === 'finalizing' || status === 'completed',
    ];
    for (const isReached of moments) {
      await simulator.until(id, isReached);
      simulator.child.kill('SIGKILL');
      await simulator.ended;
      simulator = await startProcess(dataDir, 2_000);
    }
    const batch = await simulator.until(id, ({ status }) => status === 'completed');
    expect(batch.request_counts).toEqual({ total: 2_000, completed: 2_000, failed: 0 });
    const lines = await simulator.lines(batch.output_file_id);
    expect(lines.map((line) => line.custom_id).sort()).toEqual(rows.map((row) => row.custom_id).sort());
    expect(await simulator.meter()).toMatchObject({ files: 1, batches: 1, rows_paid: 2_000, rows_paid_twice: 0 });
    simulator.child.stdin.end();
    expect(await simulator.ended).toEqual([0, null]);
  });

  it('goes on after an orderly end, with the clock where it stood', async () => {
    const first = await simulatorInTest({ dataDir });
    const { id } = await first.create(await first.upload(requests(4)));
    await first.advance(60_000);
    await first.until(id, ({ request_counts: counts }) => counts.completed === 2);
    const before = (await first.get<{ nowMs: number }>('/_simulator/clock')).body.nowMs;
    await first.setFaults({ emptyErrorFileId: true });
    await first.stop();
    await using second = await simulatorInTest({ dataDir });
    const after = (await second.get<{ nowMs: number }>('/_simulator/clock')).body.nowMs;
    expect(after).toBeGreaterThanOrEqual(before);
    expect(after - before).toBeLessThan(60_000);
    expect((await second.get('/_simulator/faults')).body.emptyErrorFileId).toBe(true);
    const batch = await second.toEnd(id);
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 4, completed: 4, failed: 0 } });
    expect((await second.meter()).rows_paid).toBe(4);
  });

  it('keeps a cancel, and what had run before it', async () => {
    const first = await simulatorInTest({ dataDir });
    const { id } = await first.create(await first.upload(requests(4)));
    await first.advance(60_000);
    await first.until(id, ({ request_counts: counts }) => counts.completed === 2);
    await first.post(`/v1/batches/${id}/cancel`, {});
    await first.stop();
    await using second = await simulatorInTest({ dataDir });
    const batch = await second.toEnd(id);
    expect(batch).toMatchObject({ status: 'cancelled', request_counts: { total: 4, completed: 2, failed: 0 } });
    expect(await second.lines(batch.output_file_id)).toHaveLength(2);
    expect((await second.meter()).rows_paid).toBe(2);
  });

  it('is read up to a record that was cut off', async () => {
    const first = await simulatorInTest({ dataDir });
    const fileId = await first.upload(requests(1));
    await first.stop();
    appendFileSync(join(dataDir, 'journal.jsonl'), '{"kind":"file","record":{"id":"file-hal');
    appendFileSync(join(dataDir, 'meter.bin'), 'half');
    await using second = await simulatorInTest({ dataDir });
    expect((await second.get('/v1/files')).body.data).toHaveLength(1);
    expect((await second.toEnd((await second.create(fileId)).id)).status).toBe('completed');
    expect((await second.meter()).rows_paid).toBe(1);
  });

  it('belongs to one simulator at a time', async () => {
    const first = await simulatorInTest({ dataDir });
    await expect(startSimulator({ dataDir, speed: 1 })).rejects.toThrow(/in use by another simulator/);
    await first.stop();
    await using second = await simulatorInTest({ dataDir });
    expect((await second.get('/healthz')).body).toEqual({ status: 'ok' });
  });
});
