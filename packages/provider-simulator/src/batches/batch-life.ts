import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openBatchOutput } from './batch-output.ts';
import type { BatchOutput } from './batch-output.ts';
import { judgeInput } from './judge-input.ts';
import type { LifeParts } from './life-parts.ts';
import { planFor, runEndFor } from './plan.ts';
import type { RunEnd } from './plan.ts';
import { openRowRunner } from './row-runner.ts';
import type { RowRunner } from './row-runner.ts';
import { scanInput } from './scan-input.ts';
import type { ScannedInput } from './scan-input.ts';
import { BATCH_ERRORS, LINE_ERRORS } from '../observed-errors.ts';
import { isFinal } from '../state/records.ts';
import type { BatchRecord, BatchStatus, FileRecord } from '../state/records.ts';
import { newFileId } from '../state/store.ts';

export const inputPathOf = (workPath: string): string => join(workPath, 'input.jsonl');

/** How often, in real ms, a batch looks whether more of its rows are due. */
const PACE_MS = 50;
const NO_INPUT: ScannedInput = { errors: [], offsets: [], lengths: [], model: null, promptTokens: 0 };

export type BatchLife = {
  /** Counts of the rows that have run so far. */
  runner(): RowRunner | null;
  /** Stops the rows where they are; the record must say `cancelling` already. */
  interrupt(): void;
  ended: Promise<void>;
};

/** Leads one batch from where its record stands to its end, or until `closing` is aborted: then a restart goes on. */
export const startBatchLife = (parts: LifeParts, batchId: string, closing: AbortSignal): BatchLife => {
  const { store, clock, timing } = parts;
  const interruption = new AbortController();
  const interrupted = AbortSignal.any([closing, interruption.signal]);
  const turn = parts.turns.worker();
  const workPath = store.workPath(batchId);
  let runner: RowRunner | null = null;
  let output: BatchOutput | null = null;

  const batch = (): BatchRecord => {
    const record = store.batches.get(batchId);
    if (record === undefined) throw new Error(`batch ${batchId} is not in the store`);
    return record;
  };
  const enter = async (
    status: Exclude<BatchStatus, 'validating'>,
    atMs: number,
    changes: Partial<BatchRecord> = {},
    files: FileRecord[] = [],
  ): Promise<void> => {
    const { times } = batch();
    const record = { ...batch(), ...changes, status, times: { ...times, [status]: Math.round(atMs) } };
    await store.putBatch(record, files);
    if (isFinal(status)) parts.webhooks.announce(record);
  };

  const open = async (input: ScannedInput): Promise<RowRunner> => {
    output = await openBatchOutput(workPath);
    const startMs = batch().times.in_progress ?? 0;
    const { runningMs } = planFor(batch(), input.offsets.length, timing);
    runner = openRowRunner({
      ...parts,
      batch: batch(),
      inputPath: inputPathOf(workPath),
      input,
      output,
      turn,
      answeredMs: (position) => startMs + (runningMs * (position + 1)) / Math.max(1, input.offsets.length),
    });
    return runner;
  };

  const validate = async (input: ScannedInput): Promise<void> => {
    const { createdMs } = batch();
    const endMs = createdMs + planFor(batch(), 0, timing).validatingMs;
    await clock.until(endMs, interrupted);
    if (interrupted.aborted) return;
    const errors = judgeInput(parts, batch(), input);
    if (errors.length > 0) return enter('failed', endMs, { errors });
    await enter('in_progress', endMs, {
      model: input.model,
      enqueuedTokens: input.promptTokens,
      counts: { total: input.offsets.length, completed: 0, failed: 0 },
    });
  };

  const run = async (rows: RowRunner): Promise<void> => {
    const startMs = batch().times.in_progress ?? 0;
    const plan = planFor(batch(), batch().counts.total, timing);
    const end = runEndFor(batch(), startMs, plan);
    const msPerRow = plan.runningMs / batch().counts.total;
    while (!interrupted.aborted) {
      const due =
        clock.nowMs() >= end.atMs ? end.rows : Math.min(end.rows, Math.floor((clock.nowMs() - startMs) / msPerRow));
      await rows.runTo(due, interrupted);
      if (rows.progress.run >= end.rows && clock.nowMs() >= end.atMs) break;
      const nextRowMs = startMs + (rows.progress.run + 1) * msPerRow;
      await clock.until(Math.min(end.atMs, Math.max(nextRowMs, clock.nowMs() + PACE_MS * clock.speed)), interrupted);
    }
    if (!interrupted.aborted) await endRun(rows, end);
  };

  const endRun = async (rows: RowRunner, end: RunEnd): Promise<void> => {
    if (end.how === 'finalizing') return enter('finalizing', end.atMs);
    if (end.how === 'cancelled') return enter('cancelling', end.atMs, { stoppedAt: end.rows });
    if (end.how === 'expired') {
      await rows.writeUnrun({ code: LINE_ERRORS.expired.code, message: LINE_ERRORS.expired.message() });
      return finish('expired', end.atMs);
    }
    const { code, message } = BATCH_ERRORS.injected;
    await enter('failed', end.atMs, { errors: [{ code, message: message(), line: null, param: null }] });
  };

  const finalize = async (rows: RowRunner): Promise<void> => {
    await rows.runTo(batch().counts.total, interrupted);
    const endMs = (batch().times.finalizing ?? 0) + planFor(batch(), batch().counts.total, timing).finalizingMs;
    await clock.until(endMs, interrupted);
    if (!interrupted.aborted) await finish('completed', endMs);
  };

  const cancel = async (input: ScannedInput): Promise<void> => {
    const endMs = (batch().times.cancelling ?? 0) + planFor(batch(), 0, timing).cancellingMs;
    if (batch().times.in_progress !== undefined) {
      const rows = runner ?? (await open(input));
      await rows.runTo(batch().stoppedAt ?? 0, closing);
      if (!closing.aborted) {
        await rows.writeUnrun({ code: LINE_ERRORS.cancelled.code, message: LINE_ERRORS.cancelled.message() });
      }
    }
    await clock.until(endMs, closing);
    if (!closing.aborted) await finish('cancelled', endMs);
  };

  const finish = async (status: 'completed' | 'expired' | 'cancelled', atMs: number): Promise<void> => {
    const ids = { output: newFileId(), error: newFileId() };
    const sizes = await output?.finish(store.filePath(ids.output), store.filePath(ids.error));
    output = null;
    const fileOf = (id: string, kind: 'output' | 'error', bytes: number | null | undefined): FileRecord[] =>
      bytes ? [newResultFile(parts, batch(), id, kind, bytes, atMs)] : [];
    const outputFiles = fileOf(ids.output, 'output', sizes?.outputBytes);
    const errorFiles = fileOf(ids.error, 'error', sizes?.errorBytes);
    const progress = runner?.progress;
    const changes: Partial<BatchRecord> = {
      outputFileId: outputFiles[0]?.id ?? null,
      errorFileId: errorFiles[0]?.id ?? (batch().faults.emptyErrorFileId ? '' : null),
      usage: { inputTokens: progress?.usage.inputTokens ?? 0, outputTokens: progress?.usage.outputTokens ?? 0 },
      counts: { total: batch().counts.total, completed: progress?.completed ?? 0, failed: progress?.failed ?? 0 },
    };
    // A cancel that came while the files were closed still counts.
    const final = batch().status === 'cancelling' ? 'cancelled' : status;
    await enter(final, atMs, changes, [...outputFiles, ...errorFiles]);
  };

  const live = async (): Promise<void> => {
    const input = batch().hasInput
      ? await scanInput(inputPathOf(workPath), batch().endpoint, parts.limits.requestsPerBatch, turn, closing)
      : NO_INPUT;
    try {
      while (!closing.aborted && !isFinal(batch().status)) {
        const { status } = batch();
        if (status === 'validating') await validate(input);
        if (status === 'in_progress') await run(runner ?? (await open(input)));
        if (status === 'finalizing') await finalize(runner ?? (await open(input)));
        if (status === 'cancelling') await cancel(input);
      }
    } finally {
      runner?.close();
      await output?.abandon();
    }
    if (isFinal(batch().status)) await rm(workPath, { recursive: true, force: true });
  };

  return { runner: () => runner, interrupt: () => interruption.abort(), ended: live() };
};

const newResultFile = (
  { store }: LifeParts,
  batch: BatchRecord,
  id: string,
  kind: 'output' | 'error',
  bytes: number,
  createdMs: number,
): FileRecord => ({
  id,
  seq: store.nextFileSeq(),
  bytes,
  createdMs: Math.round(createdMs),
  expiresMs: Math.round(createdMs + batch.outputLifetimeMs),
  filename: `${batch.id}_${kind}.jsonl`,
  purpose: 'batch_output',
});
