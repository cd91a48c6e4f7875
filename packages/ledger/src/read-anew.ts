import type { ObjectStore } from '@batchmill/object-store';
import { parseRecord } from './records.ts';
import type { RecordKey } from './records.ts';

/**
 * A record as it stands in the store now, and its text; null where there is none. For records that others may delete, and
 * for walks over so many that nothing else would stay in the ledger's memory.
 * @throws LedgerCorruptionError
 */
export const readAnew = async <Record>(
  store: ObjectStore,
  place: RecordKey<Record>,
): Promise<{ record: Record; text: string } | null> => {
  const bytes = await store.get(place.key);
  return bytes === null ? null : { record: parseRecord(place, bytes), text: new TextDecoder().decode(bytes) };
};
