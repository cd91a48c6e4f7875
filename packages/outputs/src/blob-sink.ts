import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { BlobRef, RunRef } from '@batchmill/contracts';
import { blobKey } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** Where the bytes of an output file go: a blob of the run, or straight to whoever downloads it. */
export type FileSink = {
  write(chunk: Uint8Array): Promise<void>;
  finish(): Promise<BlobRef>;
  /** Gives up what was written. */
  abort?(): Promise<void>;
};

export const blobSink = (ledger: Ledger, ref: RunRef, name: string): FileSink => {
  const stream = new PassThrough();
  // whoever reads it is told as well, but may not have begun
  stream.on('error', () => {});
  const written = ledger.store.putBlob(blobKey.output(ref, name, ledger.nonce()), stream);
  const failure = written.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => Promise.reject(error),
  );
  failure.catch(() => {});
  return {
    async write(chunk) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), failure]);
    },
    async finish() {
      stream.end();
      return written;
    },
    async abort() {
      stream.destroy(new Error('given up'));
      await written.catch(() => {});
    },
  };
};
