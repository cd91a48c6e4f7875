import { MAX_RECORD_BYTES } from '@batchmill/contracts';
import type { Body } from '@batchmill/contracts';
import type { ObjectStore } from '@batchmill/object-store';
import type { z } from 'zod';

/** A record's fixed place and shape. */
export type RecordKey<Record> = { readonly key: string; readonly schema: z.ZodType<Record> };

export type RecordBase = { v: 1; nonce: string; at: number };

/** A record is not what its schema says, or a newer version: stop rather than go on wrong. */
export class LedgerCorruptionError extends Error {
  constructor(key: string, options?: ErrorOptions) {
    super(`ledger record ${key} cannot be understood`, options);
    this.name = 'LedgerCorruptionError';
  }
}

/** A record would be larger than records may be: what it was made of has to become smaller. */
export class RecordTooLargeError extends Error {
  constructor(key: string, bytes: number) {
    super(`record ${key} has ${bytes} bytes; at most ${MAX_RECORD_BYTES} are allowed`);
    this.name = 'RecordTooLargeError';
  }
}

export type Written<Record> = { record: Record; created: boolean };

/** Write-once records in the object store: the only truth about what has happened. */
export type Records = {
  /** Writes if absent. Answers the record that now stands there: ours (`created`), or the one somebody wrote before. */
  write<Record extends RecordBase>(place: RecordKey<Record>, body: Body<Record>): Promise<Written<Record>>;
  read<Record>(place: RecordKey<Record>): Promise<Record | null>;
  exists(place: RecordKey<unknown>): Promise<boolean>;
  remove(place: RecordKey<unknown>): Promise<void>;
};

export type RecordsOptions = { store: ObjectStore; now: () => number; nonce: () => string; cacheBytes?: number };

const CACHE_BYTES = 32 * 1024 * 1024;
const TRIES_BESIDE_A_REMOVAL = 5;

export const openRecords = ({ store, now, nonce, cacheBytes = CACHE_BYTES }: RecordsOptions): Records => {
  // records never change, so one that was read once need not be read again
  const cache = new Map<string, { record: unknown; bytes: number }>();
  let held = 0;
  const forget = (key: string): void => {
    held -= cache.get(key)?.bytes ?? 0;
    cache.delete(key);
  };
  const remember = <Record>(key: string, record: Record, bytes: number): Record => {
    forget(key);
    cache.set(key, { record, bytes });
    held += bytes;
    for (const oldest of cache.keys()) {
      if (held <= cacheBytes) break;
      forget(oldest);
    }
    return record;
  };

  const read = async <Record>({ key, schema }: RecordKey<Record>): Promise<Record | null> => {
    const known = cache.get(key);
    if (known !== undefined) return known.record as Record;
    const bytes = await store.get(key);
    return bytes === null ? null : remember(key, parseRecord({ key, schema }, bytes), bytes.byteLength);
  };

  return {
    read,
    async write<Record extends RecordBase>(place: RecordKey<Record>, body: Body<Record>): Promise<Written<Record>> {
      const record = { v: 1, nonce: nonce(), at: now(), ...body } as unknown as Record;
      const bytes = new TextEncoder().encode(JSON.stringify(record));
      if (bytes.byteLength > MAX_RECORD_BYTES) throw new RecordTooLargeError(place.key, bytes.byteLength);
      parseRecord(place, bytes);
      for (let left = TRIES_BESIDE_A_REMOVAL; left > 0; left -= 1) {
        const { created } = await store.putIfAbsent(place.key, bytes);
        if (created) return { record: remember(place.key, record, bytes.byteLength), created };
        const standing = await read(place);
        if (standing !== null) return { record: standing, created };
        // it was there and is gone: the marker of an open job is removed at its end
      }
      throw new LedgerCorruptionError(place.key);
    },
    exists: async ({ key }) => cache.has(key) || (await store.head(key)) !== null,
    async remove({ key }) {
      await store.delete(key);
      forget(key);
    },
  };
};

/** @throws LedgerCorruptionError */
export const parseRecord = <Record>({ key, schema }: RecordKey<Record>, bytes: Uint8Array): Record => {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new LedgerCorruptionError(key, { cause });
  }
};
