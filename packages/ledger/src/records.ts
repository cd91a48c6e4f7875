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

export type Written<Record> = { record: Record; created: boolean };

/** Write-once records in the object store: the only truth about what has happened. */
export type Records = {
  /** Writes if absent. Answers the record that now stands there: ours (`created`), or the one somebody wrote before. */
  write<Record extends RecordBase>(place: RecordKey<Record>, body: Body<Record>): Promise<Written<Record>>;
  read<Record>(place: RecordKey<Record>): Promise<Record | null>;
  exists(place: RecordKey<unknown>): Promise<boolean>;
};

export type RecordsOptions = { store: ObjectStore; now: () => number; nonce: () => string; cacheEntries?: number };

export const openRecords = ({ store, now, nonce, cacheEntries = 5000 }: RecordsOptions): Records => {
  // records never change, so one that was read once need not be read again
  const cache = new Map<string, unknown>();
  const remember = <Record>(key: string, record: Record): Record => {
    if (cache.size >= cacheEntries) cache.delete(cache.keys().next().value ?? key);
    cache.set(key, record);
    return record;
  };

  const read = async <Record>({ key, schema }: RecordKey<Record>): Promise<Record | null> => {
    if (cache.has(key)) return cache.get(key) as Record;
    const bytes = await store.get(key);
    return bytes === null ? null : remember(key, parse(key, schema, bytes));
  };

  return {
    read,
    async write<Record extends RecordBase>(place: RecordKey<Record>, body: Body<Record>): Promise<Written<Record>> {
      const record = { v: 1, nonce: nonce(), at: now(), ...body } as unknown as Record;
      const bytes = new TextEncoder().encode(JSON.stringify(record));
      if (bytes.byteLength > MAX_RECORD_BYTES) {
        throw new Error(`record ${place.key} has ${bytes.byteLength} bytes; at most ${MAX_RECORD_BYTES} are allowed`);
      }
      parse(place.key, place.schema, bytes);
      const { created } = await store.putIfAbsent(place.key, bytes);
      if (created) return { record: remember(place.key, record), created };
      const standing = await read(place);
      if (standing === null) throw new LedgerCorruptionError(place.key);
      return { record: standing, created };
    },
    exists: async ({ key }) => cache.has(key) || (await store.head(key)) !== null,
  };
};

const parse = <Record>(key: string, schema: z.ZodType<Record>, bytes: Uint8Array): Record => {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw new LedgerCorruptionError(key, { cause });
  }
};
