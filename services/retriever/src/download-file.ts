import type { LineBlobRef, PartRef } from '@batchmill/contracts';
import { blobKey } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { BatchProvider } from '@batchmill/providers';

/** The bytes do not match what the provider says of its file. */
export class CutDownloadError extends Error {
  readonly got: number;
  readonly expected: number | null;
  constructor(fileId: string, got: number, expected: number | null) {
    super(`file ${fileId}: ${got} bytes were received, ${expected ?? 'the same twice'} expected`);
    this.name = 'CutDownloadError';
    this.got = got;
    this.expected = expected;
  }
}

/** A batch names a file that the provider does not have, or does not show. */
export class FileNotFoundError extends Error {
  constructor(fileId: string) {
    super(`the provider does not have file ${fileId}, which its batch names`);
    this.name = 'FileNotFoundError';
  }
}

const NEWLINE = 0x0a;

/**
 * Streams a provider file into the store and checks it against the file's size; where the provider gives none, it is
 * fetched twice and must be the same. A download cut at a line end must never turn into rows asked again.
 * null = the provider has no such file any more.
 */
export const downloadFile = async (
  { ledger, provider, ref }: { ledger: Ledger; provider: BatchProvider; ref: PartRef },
  fileId: string,
  name: 'output' | 'errors',
): Promise<LineBlobRef | null> => {
  const info = await provider.fileInfo(fileId);
  if (info === null) return null;
  const blob = await store(fileId);
  if (blob === null) return null;
  if (info.bytes !== null) {
    if (blob.bytes !== info.bytes) throw new CutDownloadError(fileId, blob.bytes, info.bytes);
    return blob;
  }
  const second = await store(fileId);
  if (second?.sha256 !== blob.sha256) throw new CutDownloadError(fileId, blob.bytes, null);
  return blob;

  async function store(id: string): Promise<LineBlobRef | null> {
    const stream = await provider.openFile(id);
    if (stream === null) return null;
    let lines = 0;
    let last = NEWLINE;
    async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
        last = chunk.at(-1) ?? last;
        yield chunk;
      }
    }
    const key = blobKey.shard(ref, `${ref.stage}-a${ref.attempt}-p${ref.part}-${name}`, ledger.nonce());
    const blob = await ledger.store.putBlob(key, counted(stream));
    return { ...blob, lines: last === NEWLINE ? lines : lines + 1 };
  }
};
