/** What a store knows of an object without reading it. */
export type ObjectInfo = { key: string; bytes: number; modifiedAtMs: number };

/** `created: false`: somebody else's bytes stand under the key, and ours were not written. */
export type PutResult = { created: boolean };

/** A finished blob: what a ledger record keeps of it. `sha256` is lower-case hex. */
export type StoredBlob = { key: string; bytes: number; sha256: string };

export type ReadOptions = {
  /** First byte, default 0. Beyond the end nothing is read. */
  start?: number;
  /** First byte no longer read, default the end of the object. */
  end?: number;
  /** What the record says of the blob. The size is always checked, the hash when the whole object is read. */
  expect?: { bytes: number; sha256: string };
  signal?: AbortSignal;
};

export type ListOptions = {
  /** Only what comes after this key (or prefix) in byte order. */
  startAfter?: string;
};

/**
 * Where records and blobs live. Keys are made of `a-z 0-9 - . _ /`, at most 200 bytes, without empty or hidden segments.
 * Every method throws StoreUnavailableError when the store cannot be used now; the same call may work later.
 */
export interface ObjectStore {
  readonly kind: 'fs' | 's3';
  /**
   * Writes a small record (at most 256 KiB) once. When the key is taken by equal bytes it answers `created: true`:
   * that is our own write, whose answer was lost (records carry a nonce).
   */
  putIfAbsent(key: string, body: Uint8Array): Promise<PutResult>;
  /** Streams a blob to a unique key, unconditionally. Nothing is visible under the key until all of it is stored. */
  putBlob(key: string, body: AsyncIterable<Uint8Array> | Uint8Array): Promise<StoredBlob>;
  /** A whole small object, null when there is none. */
  get(key: string): Promise<Uint8Array | null>;
  /**
   * Streams bytes `start` to `end`, going on after an interruption where it stopped.
   * Throws ObjectNotFoundError, and StoreCorruptionError when the bytes are not those expected.
   */
  read(key: string, options?: ReadOptions): AsyncIterable<Uint8Array>;
  head(key: string): Promise<ObjectInfo | null>;
  /** All objects under a prefix, in ascending byte order of their keys. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  /** The folders directly under a prefix, ascending: full prefixes that end in `/`. */
  listPrefixes(prefix: string, options?: ListOptions): AsyncIterable<string>;
  /** Deletes an object; one that is not there is no error. */
  delete(key: string): Promise<void>;
  close(): Promise<void>;
  /** The driver's own part of the start-up probe: one sentence for each thing the store gets wrong. */
  checkConditions?(prefix: string): Promise<string[]>;
}
