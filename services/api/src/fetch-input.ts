import { randomUUID } from 'node:crypto';
import { InputError } from '@batchmill/contracts';
import type { BlobRef } from '@batchmill/contracts';
import { blobKey } from '@batchmill/ledger';
import type { Ports } from './routes/ports.ts';

const TIMEOUT_MS = 10 * 60 * 1000;

/** Stores an https input from an allowed host; never follows a redirect, so that it cannot lead elsewhere. */
export const fetchInput = async ({ store, config }: Ports, tenant: string, url: string): Promise<BlobRef> => {
  const host = URL.canParse(url) && new URL(url).protocol === 'https:' ? new URL(url).hostname : null;
  if (host === null || !config.API_INPUT_HOSTS.includes(host)) {
    throw new InputError([
      {
        code: 'input-not-allowed',
        message: 'this server does not fetch inputs from there',
        found: JSON.stringify(url),
        expected: `an https address at ${config.API_INPUT_HOSTS.join(', ') || 'an allowed host (there is none)'}`,
        remedy: 'Upload the file, or have the host added to API_INPUT_HOSTS',
      },
    ]);
  }
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause: unknown) => {
      throw new InputError([{ code: 'input-unreachable', message: `${url} could not be fetched` }], { cause });
    },
  );
  if (!response.ok || response.body === null) {
    throw new InputError([{ code: 'input-unreachable', message: `${url} answered with status ${response.status}` }]);
  }
  return store.putBlob(blobKey.upload(tenant, randomUUID()), bytesOf(url, response.body, config.API_MAX_UPLOAD_BYTES));
};

/** A source that breaks off or never ends is its owner's matter, not ours. */
async function* bytesOf(url: string, body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw new InputError([{ code: 'input-unreachable', message: `${url} broke off` }], { cause });
      });
      if (next.done === true) return;
      bytes += next.value.byteLength;
      if (bytes > maxBytes) {
        throw new InputError([{ code: 'input-too-large', message: `${url} has more than ${maxBytes} bytes` }]);
      }
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}
