import { PassThrough } from 'node:stream';
import { once } from 'node:events';
import type { LineBlobRef, ShardRef } from '@batchmill/contracts';
import { blobKey } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** A blob of lines that is written as they come. */
export type LineBlob = {
  readonly lines: number;
  readonly bytes: number;
  push(line: Uint8Array): Promise<void>;
  finish(): Promise<LineBlobRef>;
  /** Gives up what was written. */
  abort(): Promise<void>;
};

export const openLineBlob = (ledger: Ledger, ref: ShardRef, name: string): LineBlob => {
  const stream = new PassThrough();
  // whoever reads it is told as well, but may not have begun
  stream.on('error', () => {});
  const written = ledger.store.putBlob(blobKey.shard(ref, name, ledger.nonce()), stream);
  // a store that fails must fail the next push, not the process
  const failure = written.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => Promise.reject(error),
  );
  failure.catch(() => {});
  let lines = 0;
  let bytes = 0;
  return {
    get lines() {
      return lines;
    },
    get bytes() {
      return bytes;
    },
    async push(line) {
      lines += 1;
      bytes += line.byteLength;
      if (!stream.write(line)) await Promise.race([once(stream, 'drain'), failure]);
    },
    async finish() {
      stream.end();
      return { ...(await written), lines };
    },
    async abort() {
      stream.destroy(new Error('given up'));
      await written.catch(() => {});
    },
  };
};
