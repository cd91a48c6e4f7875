import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { Faults } from '../faults/fault-settings.ts';
import type { WebhookSettings } from '../webhooks/webhook-settings.ts';
import { openJournal } from './journal.ts';
import type { BatchRecord, FileRecord } from './records.ts';
import { isFinal } from './records.ts';

type Entry =
  | { kind: 'file'; record: FileRecord }
  | { kind: 'file-gone'; id: string }
  | { kind: 'batch'; record: BatchRecord }
  | { kind: 'faults'; faults: Faults }
  | { kind: 'webhook'; settings: WebhookSettings };

/** Everything the simulator knows, in memory and in its journal. Contents of files lie beside it. */
export type Store = {
  files: ReadonlyMap<string, FileRecord>;
  batches: ReadonlyMap<string, BatchRecord>;
  /** Uploads since the folder was made, whether or not they are still kept. */
  uploads(): number;
  faults(): Faults | null;
  webhook(): WebhookSettings | null;
  nextFileSeq(): number;
  nextBatchSeq(): number;
  /** Each is visible and safe against the end of the process at once; the promise says it is on the disk. */
  putFile(record: FileRecord): Promise<void>;
  removeFile(id: string): Promise<void>;
  putBatch(record: BatchRecord, newFiles?: readonly FileRecord[]): Promise<void>;
  putFaults(faults: Faults): Promise<void>;
  putWebhook(settings: WebhookSettings): Promise<void>;
  filePath(id: string): string;
  /** Folder of an unfinished batch. */
  workPath(batchId: string): string;
  uploadPath(): string;
  close(): Promise<void>;
};

export const openStore = (dataDir: string): Store => {
  const files = new Map<string, FileRecord>();
  const batches = new Map<string, BatchRecord>();
  let lastFileSeq = 0;
  let uploads = 0;
  let lastBatchSeq = 0;
  let faults: Faults | null = null;
  let webhook: WebhookSettings | null = null;

  const apply = (entry: Entry): void => {
    if (entry.kind === 'file') {
      files.set(entry.record.id, entry.record);
      lastFileSeq = Math.max(lastFileSeq, entry.record.seq);
      if (entry.record.purpose !== 'batch_output') uploads += 1;
    } else if (entry.kind === 'file-gone') {
      files.delete(entry.id);
    } else if (entry.kind === 'batch') {
      batches.set(entry.record.id, entry.record);
      lastBatchSeq = Math.max(lastBatchSeq, entry.record.seq);
    } else if (entry.kind === 'faults') {
      faults = entry.faults;
    } else {
      webhook = entry.settings;
    }
  };

  for (const folder of ['files', 'work', 'uploads']) mkdirSync(join(dataDir, folder), { recursive: true });
  const journal = openJournal<Entry>(join(dataDir, 'journal.jsonl'), apply);
  const record = (...entries: Entry[]): Promise<void> => {
    const onDisk = journal.append(...entries);
    for (const entry of entries) apply(entry);
    return onDisk;
  };
  const filePath = (id: string): string => join(dataDir, 'files', id);
  const workPath = (batchId: string): string => join(dataDir, 'work', batchId);
  removeLeftovers(dataDir, files, batches);

  return {
    files,
    batches,
    uploads: () => uploads,
    faults: () => faults,
    webhook: () => webhook,
    nextFileSeq: () => (lastFileSeq += 1),
    nextBatchSeq: () => (lastBatchSeq += 1),
    putFile: (file) => record({ kind: 'file', record: file }),
    removeFile: async (id) => {
      await record({ kind: 'file-gone', id });
      await rm(filePath(id), { force: true });
    },
    putBatch: (batch, newFiles = []) =>
      record(...newFiles.map((file): Entry => ({ kind: 'file', record: file })), { kind: 'batch', record: batch }),
    putFaults: (settings) => record({ kind: 'faults', faults: settings }),
    putWebhook: (settings) => record({ kind: 'webhook', settings }),
    filePath,
    workPath,
    uploadPath: () => join(dataDir, 'uploads', randomBytes(8).toString('hex')),
    close: () => journal.close(),
  };
};

/** Half uploads, contents of files that are gone, folders of batches that have ended or never came to be. */
const removeLeftovers = (
  dataDir: string,
  files: ReadonlyMap<string, FileRecord>,
  batches: ReadonlyMap<string, BatchRecord>,
): void => {
  const isOpen = (id: string): boolean => {
    const batch = batches.get(id);
    return batch !== undefined && !isFinal(batch.status);
  };
  const needed: Record<string, (name: string) => boolean> = {
    uploads: () => false,
    files: (name) => files.has(name),
    work: isOpen,
  };
  for (const [folder, isNeeded] of Object.entries(needed)) {
    for (const name of readdirSync(join(dataDir, folder))) {
      if (!isNeeded(name)) rmSync(join(dataDir, folder, name), { recursive: true, force: true });
    }
  }
};

export const newFileId = (): string => `file-${randomBytes(12).toString('hex')}`;
export const newBatchId = (): string => `batch_${randomBytes(16).toString('hex')}`;
