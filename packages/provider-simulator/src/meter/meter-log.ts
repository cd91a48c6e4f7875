import { closeSync, fdatasyncSync, ftruncateSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** One billing on disk: group hash (8 bytes), batch number (4), intact (4), input and output tokens (4 each). */
const RECORD_BYTES = 24;
const CHUNK_RECORDS = 40_000;

export type Billing = {
  high: number;
  low: number;
  /** Number of the batch, 0 for realtime. */
  batchSeq: number;
  intact: boolean;
  inputTokens: number;
  outputTokens: number;
};

/** Append-only; what is written survives the end of the process. A record cut off is dropped on opening. */
export type MeterLog = {
  add(billing: Billing): void;
  /** Hands what was added to the operating system. */
  flush(): void;
  close(): void;
};

export const openMeterLog = (path: string, replay: (billing: Billing) => void): MeterLog => {
  const file = openSync(path, 'a+');
  const wholeBytes = Math.floor(fstatSync(file).size / RECORD_BYTES) * RECORD_BYTES;
  ftruncateSync(file, wholeBytes);
  replayFrom(file, wholeBytes, replay);

  const buffer = Buffer.alloc(RECORD_BYTES * CHUNK_RECORDS);
  let filled = 0;
  const flush = (): void => {
    let written = 0;
    while (written < filled) written += writeSync(file, buffer, written, filled - written);
    filled = 0;
  };
  return {
    add: (billing) => {
      buffer.writeUInt32LE(billing.high, filled);
      buffer.writeUInt32LE(billing.low, filled + 4);
      buffer.writeUInt32LE(billing.batchSeq, filled + 8);
      buffer.writeUInt32LE(billing.intact ? 1 : 0, filled + 12);
      buffer.writeUInt32LE(billing.inputTokens, filled + 16);
      buffer.writeUInt32LE(billing.outputTokens, filled + 20);
      filled += RECORD_BYTES;
      if (filled === buffer.length) flush();
    },
    flush,
    close: () => {
      flush();
      fdatasyncSync(file);
      closeSync(file);
    },
  };
};

const replayFrom = (file: number, wholeBytes: number, replay: (billing: Billing) => void): void => {
  const chunk = Buffer.alloc(RECORD_BYTES * CHUNK_RECORDS);
  for (let position = 0; position < wholeBytes;) {
    const bytes = readSync(file, chunk, 0, Math.min(chunk.length, wholeBytes - position), position);
    const usable = bytes - (bytes % RECORD_BYTES);
    if (usable === 0) throw new Error('the meter file ended before its size');
    for (let offset = 0; offset < usable; offset += RECORD_BYTES) {
      replay({
        high: chunk.readUInt32LE(offset),
        low: chunk.readUInt32LE(offset + 4),
        batchSeq: chunk.readUInt32LE(offset + 8),
        intact: chunk.readUInt32LE(offset + 12) === 1,
        inputTokens: chunk.readUInt32LE(offset + 16),
        outputTokens: chunk.readUInt32LE(offset + 20),
      });
    }
    position += usable;
  }
};
