import { randomUUID } from 'node:crypto';
import { InputError } from '@batchmill/contracts';
import type { InputPin, Problem } from '@batchmill/contracts';
import { blobKey } from '@batchmill/ledger';
import { ObjectNotFoundError } from '@batchmill/object-store';
import type { InputAddress } from './input-address.ts';
import type { Ports } from './routes/ports.ts';

const TIMEOUT_MS = 10 * 60 * 1000;

/** What its owner gives: bytes once, how many where that is known before, and what it calls this version. */
type Found = { chunks: AsyncIterable<Uint8Array>; bytes?: number; etag?: string | undefined };

/** Stores an input that lies elsewhere. Whatever its owner does to it later, the job has these bytes. */
export const fetchInput = async (
  ports: Ports,
  tenant: string,
  address: InputAddress,
): Promise<Omit<InputPin, 'name'>> => {
  const { url } = address;
  const maxBytes = ports.config.API_MAX_UPLOAD_BYTES;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const {
    chunks,
    bytes = 0,
    etag,
  } = await (address.kind === 's3' ? askBucket(ports, address, signal) : askHost(url, signal));
  if (bytes > maxBytes) throw tooLarge(url, maxBytes);
  const blob = await ports.store.putBlob(blobKey.upload(tenant, randomUUID()), bytesOf(url, chunks, maxBytes));
  return { ...blob, ...(etag === undefined ? {} : { etag }) };
};

const askBucket = async (
  { buckets }: Ports,
  { url, bucket, key }: InputAddress & { kind: 's3' },
  signal: AbortSignal,
): Promise<Found> => {
  try {
    return await buckets.open(bucket, key, { signal });
  } catch (cause) {
    if (cause instanceof ObjectNotFoundError)
      throw unreachable(`${url} is not there: no such object, or no such bucket`, { cause });
    throw unreachable(`${url} could not be read`, { cause, ...told(cause) });
  }
};

/** Never follows a redirect, so that it cannot lead elsewhere. */
const askHost = async (url: string, signal: AbortSignal): Promise<Found> => {
  const response = await fetch(url, { redirect: 'error', signal }).catch((cause: unknown) => {
    throw unreachable(`${url} could not be fetched`, { cause });
  });
  const { ok, body, status, headers } = response;
  if (!ok || body === null) throw unreachable(`${url} answered with status ${status}`);
  return { chunks: body, etag: headers.get('etag') ?? undefined };
};

/** A source that breaks off, changes or never ends is its owner's matter, not ours. */
async function* bytesOf(url: string, source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  let bytes = 0;
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw unreachable(`${url} broke off`, { cause, ...told(cause) });
      });
      if (next.done === true) return;
      bytes += next.value.byteLength;
      if (bytes > maxBytes) throw tooLarge(url, maxBytes);
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}

const tooLarge = (url: string, maxBytes: number): InputError =>
  new InputError([{ code: 'input-too-large', message: `${url} has more than ${maxBytes} bytes` }]);

const unreachable = (
  message: string,
  { cause, ...details }: Pick<Problem, 'found'> & { cause?: unknown } = {},
): InputError =>
  new InputError([{ code: 'input-unreachable', message, ...details }], cause === undefined ? {} : { cause });

const told = (cause: unknown): { found?: string } => (cause instanceof Error ? { found: cause.message } : {});
