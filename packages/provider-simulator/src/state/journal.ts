import { closeSync, ftruncateSync, fdatasync, openSync, readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';

const syncToDisk = promisify(fdatasync);

/** An append-only file of JSON lines. A line cut off by a sudden end is dropped when it is opened again. */
export type Journal<Entry> = {
  /** Written before it returns (survives the end of the process); resolves once it is on the disk. */
  append(...entries: Entry[]): Promise<void>;
  close(): Promise<void>;
};

export const openJournal = <Entry>(path: string, replay: (entry: Entry) => void): Journal<Entry> => {
  const file = openSync(path, 'a+');
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
  for (const line of whole.split('\n')) if (line !== '') replay(JSON.parse(line) as Entry);

  let syncing: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  /** Appends that arrive while a sync runs share the one after it. */
  const synced = (): Promise<void> => {
    if (next !== null) return next;
    if (syncing === null) {
      syncing = syncToDisk(file).finally(() => (syncing = null));
      return syncing;
    }
    next = syncing.then(() => {
      next = null;
      return synced();
    });
    return next;
  };

  return {
    append: (...entries) => {
      writeWhole(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      return synced();
    },
    close: async () => {
      await synced();
      closeSync(file);
    },
  };
};

const writeWhole = (file: number, text: string): void => {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
};
