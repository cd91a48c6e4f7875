import { randomUUID } from 'node:crypto';
import type { ObjectStore } from './object-store.ts';

/** `single-writer`: the store does not keep its word, so only one submitter may work with it. */
export type StoreProbe = { ledgerMode: 'strict' | 'single-writer'; failures: string[] };

const RACERS = 16;

/**
 * Tries at start-up whether the store honours what the ledger rests on: a write-once key has one winner, also in a race,
 * and what was written is seen at once. Multipart completion is not tried: blobs go to unique keys without condition.
 * Throws StoreUnavailableError when the store does not answer.
 */
export const probeStore = async (store: ObjectStore): Promise<StoreProbe> => {
  const prefix = `probe/${randomUUID()}/`;
  try {
    const failures = [
      ...(await writeOnce(store, `${prefix}once`)),
      ...(await raceOnce(store, `${prefix}race`)),
      ...(await seenAtOnce(store, prefix)),
      ...((await store.checkConditions?.(prefix)) ?? []),
    ];
    return { ledgerMode: failures.length === 0 ? 'strict' : 'single-writer', failures };
  } finally {
    for (const name of ['once', 'race', 'seen']) await store.delete(`${prefix}${name}`).catch(() => {});
  }
};

const writeOnce = async (store: ObjectStore, key: string): Promise<string[]> => {
  const first = await store.putIfAbsent(key, bytes('first'));
  const second = await store.putIfAbsent(key, bytes('second'));
  const found = await store.get(key);
  return [
    first.created ? undefined : 'A write-once record is refused though its key is free.',
    second.created ? 'A write-once record is written a second time (If-None-Match is ignored).' : undefined,
    isSame(found, 'first') ? undefined : 'A write-once record does not keep its first bytes.',
  ].filter((failure) => failure !== undefined);
};

const raceOnce = async (store: ObjectStore, key: string): Promise<string[]> => {
  const results = await Promise.all(
    Array.from({ length: RACERS }, (_, racer) => store.putIfAbsent(key, bytes(`racer ${racer}`))),
  );
  const winners = results.flatMap((result, racer) => (result.created ? [racer] : []));
  if (winners.length !== 1) return [`Of ${RACERS} writers of one key at the same time, ${winners.length} win; 1 must.`];
  return isSame(await store.get(key), `racer ${winners[0]}`)
    ? []
    : ['The winner of a race is not the one whose bytes stay.'];
};

const seenAtOnce = async (store: ObjectStore, prefix: string): Promise<string[]> => {
  const key = `${prefix}seen`;
  await store.putIfAbsent(key, bytes('seen'));
  const read = isSame(await store.get(key), 'seen');
  let isListed = false;
  for await (const info of store.list(prefix)) isListed ||= info.key === key;
  return [
    read ? undefined : 'An object cannot be read right after it was written.',
    isListed ? undefined : 'An object is not listed right after it was written.',
  ].filter((failure) => failure !== undefined);
};

const bytes = (text: string): Uint8Array => Buffer.from(text);

const isSame = (found: Uint8Array | null, text: string): boolean =>
  found !== null && Buffer.compare(found, bytes(text)) === 0;
