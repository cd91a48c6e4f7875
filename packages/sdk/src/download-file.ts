import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DownloadError } from './errors.ts';
import { isTemporary } from './transport.ts';
import type { Transport } from './transport.ts';

const TRIES = 3;

/** A file of the server. One that is not final has no length or SHA-256 yet. */
export type ServedFile = { path: string; bytes: number; sha256: string; final: boolean };

/**
 * Streams one file from the address `from` to `target`. It appears there in one step, and only when its length and SHA-256
 * are those of the list; until then it is a `.part` file beside it.
 */
export const downloadFile = async (
  transport: Transport,
  from: string,
  file: ServedFile,
  target: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<{ bytes: number; sha256: string }> => {
  await mkdir(dirname(target), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const partial = `${target}.${randomUUID().slice(0, 8)}.part`;
    try {
      const got = await receive(transport, from, partial, options.signal);
      if (file.final && (got.bytes !== file.bytes || got.sha256 !== file.sha256))
        throw new DownloadError(`${file.path} came with ${got.bytes} bytes that are not the ${file.bytes} on record`);
      await rename(partial, target);
      return got;
    } catch (error) {
      await rm(partial, { force: true });
      options.signal?.throwIfAborted();
      // What the system says of a write names no file.
      if (isSystemError(error)) throw Object.assign(error, { path: error.path ?? target });
      const isWorthAnother = error instanceof DownloadError || isTemporary(error) || error instanceof TypeError;
      if (attempt >= TRIES || !isWorthAnother) throw error;
    }
  }
};

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'errno' in error;

const receive = async (
  transport: Transport,
  path: string,
  partial: string,
  signal: AbortSignal | undefined,
): Promise<{ bytes: number; sha256: string }> => {
  const response = await transport.open(path, { repeatable: true, signal });
  const hash = createHash('sha256');
  let bytes = 0;
  await using handle = await open(partial, 'w');
  for await (const chunk of response.body ?? []) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    await handle.writeFile(chunk);
  }
  await handle.sync();
  return { bytes, sha256: hash.digest('hex') };
};
