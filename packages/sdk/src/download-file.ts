import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { OutputFile } from '@batchmill/contracts';
import { DownloadError } from './errors.ts';
import { isTemporary } from './transport.ts';
import type { Transport } from './transport.ts';

const TRIES = 3;

/**
 * Streams one output file to `target`. The file appears there in one step, and only when its length and SHA-256 are
 * those of the list; until then it is a `.part` file beside it. A file that is not final has no length or SHA-256 yet.
 */
export const downloadFile = async (
  transport: Transport,
  id: string,
  file: OutputFile,
  target: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<{ bytes: number; sha256: string }> => {
  await mkdir(dirname(target), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const partial = `${target}.${randomUUID().slice(0, 8)}.part`;
    try {
      const got = await receive(transport, outputPath(id, file.path), partial, options.signal);
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

export const outputPath = (id: string, path: string): string =>
  `/v1/jobs/${encodeURIComponent(id)}/outputs/${path.split('/').map(encodeURIComponent).join('/')}`;

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
