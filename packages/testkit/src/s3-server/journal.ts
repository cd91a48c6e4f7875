import { appendFileSync, closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** One object as the server knows it. `file` is the name of its data file. */
export type StoredObject = {
  key: string;
  file: string;
  bytes: number;
  etag: string;
  modifiedAtMs: number;
  /** Headers that are given back: content type and `x-amz-meta-…`. */
  headers: Record<string, string>;
};

type Entry = { put: StoredObject } | { delete: string };

export type Journal = {
  objects: Map<string, StoredObject>;
  /** Synchronous, so that a condition checked just before still holds. */
  write(entry: Entry): void;
  close(): void;
};

/** The objects of a bucket, rebuilt from the lines written so far. A line cut by a killed server is left out. */
export const openJournal = (path: string): Journal => {
  const objects = new Map<string, StoredObject>();
  for (const line of linesOf(path)) apply(objects, line);
  const compacted = [...objects.values()].map((object) => `${JSON.stringify({ put: object })}\n`).join('');
  writeFileSync(`${path}.new`, compacted);
  renameSync(`${path}.new`, path);
  const file = openSync(path, 'a');
  return {
    objects,
    write: (entry) => {
      appendFileSync(file, `${JSON.stringify(entry)}\n`);
      applyEntry(objects, entry);
    },
    close: () => closeSync(file),
  };
};

const linesOf = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return []; // a new bucket
  }
};

const apply = (objects: Map<string, StoredObject>, line: string): void => {
  try {
    applyEntry(objects, JSON.parse(line) as Entry);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
};

const applyEntry = (objects: Map<string, StoredObject>, entry: Entry): void => {
  if ('put' in entry) objects.set(entry.put.key, entry.put);
  else objects.delete(entry.delete);
};
