import { hash } from 'node:crypto';
import { ObjectNotFoundError, StoreCorruptionError, StoreUnavailableError } from '@batchmill/object-store';
import type { ObjectInfo, ObjectStore } from '@batchmill/object-store';
import type { Actor, Scheduler } from './scheduler.ts';

type StoredObject = { bytes: Uint8Array; sha256: string };

/** A strongly consistent store all processes of a schedule share. */
export class MemoryStore {
  readonly records = new Map<string, Uint8Array>();
  readonly blobs = new Map<string, StoredObject>();
  /** Records written so far. */
  written = 0;
  readonly #lists = new Map<string, ObjectInfo[]>();

  /** Writes where nothing stands; false where something does. */
  put(key: string, bytes: Uint8Array): boolean {
    if (this.records.has(key)) return false;
    this.records.set(key, bytes);
    this.written += 1;
    this.#forgetLists(key);
    return true;
  }

  delete(key: string): void {
    if (this.records.delete(key)) this.#forgetLists(key);
  }

  /** All records under a prefix, by key. */
  listed(prefix: string): readonly ObjectInfo[] {
    const known = this.#lists.get(prefix);
    if (known !== undefined) return known;
    const found: ObjectInfo[] = [];
    for (const [key, bytes] of this.records) {
      if (key.startsWith(prefix)) found.push({ key, bytes: bytes.byteLength, modifiedAtMs: 0 });
    }
    found.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#lists.set(prefix, found);
    return found;
  }

  json(key: string): unknown {
    const bytes = this.records.get(key);
    return bytes === undefined ? null : JSON.parse(Buffer.from(bytes).toString());
  }

  #forgetLists(key: string): void {
    for (const prefix of this.#lists.keys()) if (key.startsWith(prefix)) this.#lists.delete(prefix);
  }
}

/** Share of the small reads that are steps of their own: what they read never changes once it is there. */
const LOOK_SHARE = 0.2;

/** The store as one process sees it: calls are steps, and may fail before or after it had its effect. */
export const storeOf = (
  shared: MemoryStore,
  scheduler: Pick<Scheduler, 'step' | 'touch'>,
  actor: Actor,
  fails: () => 'before' | 'after' | false,
): ObjectStore => {
  const orFail = <Result>(label: string, perform: () => Result): Result => {
    const failure = fails();
    const result = failure === 'before' ? undefined : perform();
    if (failure === false) return result as Result;
    throw new StoreUnavailableError(`the store does not answer (${label})`);
  };
  const step = <Result>(label: string, perform: () => Result): Promise<Result> =>
    scheduler.step(actor, label, () => orFail(label, perform));
  const look = <Result>(label: string, perform: () => Result): Promise<Result> =>
    scheduler.touch(actor, label, () => orFail(label, perform), LOOK_SHARE);
  return {
    kind: 's3',
    putIfAbsent: (key, body) =>
      step(`put ${key}`, () => {
        const created = shared.put(key, body);
        return { created: created || Buffer.compare(shared.records.get(key) ?? body, body) === 0 };
      }),
    putBlob: async (key, body) => {
      const bytes = body instanceof Uint8Array ? body : await collected(body);
      return step(`put ${key}`, () => {
        const sha256 = hash('sha256', bytes);
        shared.blobs.set(key, { bytes, sha256 });
        return { key, bytes: bytes.byteLength, sha256 };
      });
    },
    get: (key) => look(`get ${key}`, () => shared.records.get(key) ?? null),
    read: async function* read(key, { expect } = {}) {
      const { bytes, sha256 } = await step(`read ${key}`, () => {
        const found = shared.blobs.get(key);
        if (found === undefined) throw new ObjectNotFoundError(key);
        return found;
      });
      const isRight = expect === undefined || (expect.bytes === bytes.byteLength && expect.sha256 === sha256);
      if (!isRight) throw new StoreCorruptionError(key, 'it is not what its record says');
      yield bytes;
    },
    head: (key) =>
      look(`head ${key}`, () => {
        const bytes = shared.records.get(key);
        return bytes === undefined ? null : { key, bytes: bytes.byteLength, modifiedAtMs: 0 };
      }),
    list: async function* list(prefix) {
      // the key set of a shard decides what comes next; other lists only say where to look
      const call = prefix.includes('/s/') ? step : look;
      yield* await call(`list ${prefix}`, () => shared.listed(prefix));
    },
    listPrefixes: async function* listPrefixes(prefix) {
      yield* await look(`list folders ${prefix}`, () => foldersIn(shared, prefix));
    },
    delete: (key) => step(`delete ${key}`, () => shared.delete(key)),
    close: async () => undefined,
  };
};

const foldersIn = (shared: MemoryStore, prefix: string): string[] => {
  const folders = new Set<string>();
  for (const { key } of shared.listed(prefix)) {
    const end = key.indexOf('/', prefix.length);
    if (end !== -1) folders.add(key.slice(0, end + 1));
  }
  return [...folders].sort();
};

const collected = async (chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
};
