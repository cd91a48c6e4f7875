import type { BatchError, RefusalKind } from '@batchmill/contracts';
import type { CreateBatchResult, ProviderBatch } from '@batchmill/providers';
import type { Faults, Manners } from './faults.ts';
import { Meter, paidRow } from './meter.ts';
import type { BilledRow, Fate } from './meter.ts';
import { linesOf } from './result-lines.ts';
import type { Scheduler } from './scheduler.ts';

export type ProviderFile = { id: string; bytes: Uint8Array; deleted: boolean; cuts: number };

/** Prompt tokens that may wait; the provider counts its own. */
export type TokenRoom = { countedPerRow: number; limit: () => number | null };

type WorldBatch = ProviderBatch & { visibleAtMs: number; cancelRequested: boolean };

const VALIDATION_MS = 15_000;
const WORK_MS = 60_000;

/** The provider itself: its files, its batches, what it bills. It goes on whatever becomes of its callers. */
export class ProviderWorld {
  readonly files = new Map<string, ProviderFile>();
  readonly batches: WorldBatch[] = [];
  readonly meter = new Meter();
  /** Rows whose request never passes validation. */
  readonly badRows = new Set<string>();
  readonly manners: Manners;
  readonly #scheduler: Scheduler;
  readonly #faults: () => Faults | null;
  readonly #tokens: TokenRoom;

  /** @param faults null once faults have stopped. */
  constructor(scheduler: Scheduler, manners: Manners, faults: () => Faults | null, tokens: TokenRoom) {
    this.#scheduler = scheduler;
    this.manners = manners;
    this.#faults = faults;
    this.#tokens = tokens;
  }

  addFile(bytes: Uint8Array): string {
    const id = `file-${this.files.size + 1}`;
    this.files.set(id, { id, bytes, deleted: false, cuts: 0 });
    return id;
  }

  /** A POST has arrived. */
  create(fileId: string, metadata: Record<string, string>): CreateBatchResult {
    const { random } = this.#scheduler;
    const file = this.files.get(fileId);
    const isGone = file === undefined || file.deleted;
    if (isGone && random.chance(0.5)) return refused('fenced', 'No such file');
    if (random.chance(this.#faults()?.refusedPost ?? 0)) {
      const kind = random.pick(['rate-limited', 'pool-full', 'other'] as const);
      return refused(kind, 'not now', kind === 'pool-full' ? this.#tokens.limit() : null);
    }
    const nowMs = this.#scheduler.nowMs;
    const batch: WorldBatch = {
      id: `batch-${this.batches.length + 1}`,
      inputFileId: fileId,
      state: 'open',
      providerStatus: 'validating',
      outputFileId: null,
      errorFileId: null,
      errors: [],
      errorsTotal: 0,
      createdAtMs: nowMs,
      endedAtMs: null,
      metadata,
      requestCounts: { total: 0, completed: 0, failed: 0 },
      visibleAtMs: nowMs + random.between(0, this.manners.listLagMs),
      cancelRequested: false,
    };
    this.batches.push(batch);
    this.#scheduler.after(random.between(0, VALIDATION_MS), `${batch.id} leaves validation`, () =>
      this.#validate(batch),
    );
    return { kind: 'accepted', batch: shown(batch) };
  }

  listed(createdAfterMs: number): ProviderBatch[] {
    const nowMs = this.#scheduler.nowMs;
    return this.batches
      .filter((batch) => batch.visibleAtMs <= nowMs && (batch.createdAtMs ?? 0) >= createdAfterMs)
      .map(shown)
      .reverse();
  }

  get(id: string): ProviderBatch | null {
    const batch = this.batches.find((one) => one.id === id);
    return batch === undefined || batch.visibleAtMs > this.#scheduler.nowMs ? null : shown(batch);
  }

  cancel(id: string): 'sent' | 'already-final' | 'not-found' {
    const batch = this.batches.find((one) => one.id === id);
    if (batch === undefined) return 'not-found';
    if (batch.state !== 'open') return 'already-final';
    batch.cancelRequested = true;
    return 'sent';
  }

  #validate(batch: WorldBatch): void {
    const { random } = this.#scheduler;
    const file = this.files.get(batch.inputFileId);
    if (batch.cancelRequested) return this.#end(batch, 'cancelled');
    if (file === undefined || file.deleted) {
      return this.#fail(batch, [
        { code: 'invalid_request', message: 'No such file', line: null, param: 'input_file_id' },
      ]);
    }
    const customIds = customIdsOf(file.bytes);
    const bad = customIds.flatMap((id, index) => (this.badRows.has(paidRow(id)) ? [badLine(index + 1)] : []));
    if (bad.length > 0) return this.#fail(batch, bad);
    if (random.chance(this.#faults()?.failedValidation ?? 0)) {
      const message = random.pick(['Enqueued token limit reached. Limit: 1,000 enqueued tokens.', 'Something broke.']);
      return this.#fail(batch, [{ code: 'server', message, line: null, param: null }]);
    }
    const room = this.#tokens.limit();
    const waiting = this.meter.bills.reduce((rows, bill) => (bill.ended ? rows : rows + bill.rows.length), 0);
    if (room !== null && (waiting + customIds.length) * this.#tokens.countedPerRow > room) {
      const message = `Enqueued token limit reached for simulated. Limit: ${room} enqueued tokens.`;
      return this.#fail(batch, [{ code: 'token_limit_exceeded', message, line: null, param: null }]);
    }
    const expires = random.chance(this.manners.batchExpires);
    const rows = customIds.map((customId): BilledRow => ({
      customId,
      row: paidRow(customId),
      fate: this.#drawFate(expires),
    }));
    const bill = { batchId: batch.id, fileId: batch.inputFileId, rows, ended: false };
    this.meter.add(bill);
    this.#scheduler.tell(
      null,
      `${batch.id} is paid: ${rows.map(({ customId, fate }) => `${customId.slice(17)}=${fate}`).join(' ')}`,
    );
    batch.providerStatus = 'in_progress';
    this.#scheduler.after(random.between(1000, WORK_MS), `${batch.id} ends`, () => {
      bill.ended = true;
      const cancelled = batch.cancelRequested;
      for (const row of rows) if (cancelled && random.chance(0.5)) row.fate = 'cancelled';
      this.#writeFiles(batch, rows);
      this.#end(batch, cancelled ? 'cancelled' : expires ? 'expired' : 'completed');
    });
  }

  #drawFate(expires: boolean): Fate {
    const { random } = this.#scheduler;
    const { rowFails, rowRefused, rowMissing, rowGarbled } = this.manners;
    if (expires && random.chance(0.5)) return 'expired';
    if (random.chance(rowFails)) return 'fails';
    if (random.chance(rowRefused)) return 'refused';
    if (random.chance(rowMissing)) return 'missing';
    return random.chance(rowGarbled) ? 'garbled' : 'intact';
  }

  #writeFiles(batch: WorldBatch, rows: BilledRow[]): void {
    const { output, errors } = linesOf(rows, this.#scheduler.random, this.manners.lineTwice);
    if (output.length > 0) batch.outputFileId = this.addFile(Buffer.from(output.join('')));
    if (errors.length > 0) batch.errorFileId = this.addFile(Buffer.from(errors.join('')));
  }

  #fail(batch: WorldBatch, errors: BatchError[]): void {
    batch.errors = errors;
    batch.errorsTotal = errors.length;
    this.#end(batch, 'failed');
  }

  #end(batch: WorldBatch, state: 'completed' | 'failed' | 'expired' | 'cancelled'): void {
    batch.state = state;
    batch.providerStatus = state;
    batch.endedAtMs = this.#scheduler.nowMs;
  }
}

const shown = ({ visibleAtMs: _, cancelRequested: __, ...batch }: WorldBatch): ProviderBatch => batch;

const refused = (kind: RefusalKind, message: string, limitTokens: number | null = null): CreateBatchResult => ({
  kind: 'refused',
  refusal: { kind, code: kind, message, ...(limitTokens === null ? {} : { limitTokens }) },
});

const badLine = (line: number): BatchError => ({ code: 'invalid_line', message: 'bad line', line, param: null });

const customIdsOf = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
