import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUFFER_BYTES = 4 * 1024 * 1024;
const LENGTH_BYTES = 4;

/**
 * Texts, each found again by its place. The newest 4 MiB stand in memory, those before them in a temporary file that has no name
 * and is gone when the process is.
 */
export class TextStore implements Disposable {
  readonly #buffer: Buffer;
  #held = 0;
  #written = 0;
  #file: number | undefined;

  constructor(bufferBytes = BUFFER_BYTES) {
    this.#buffer = Buffer.allocUnsafe(bufferBytes);
  }

  /** The text's place, counted from 1. */
  add(text: string): number {
    const length = Buffer.byteLength(text);
    if (this.#held + LENGTH_BYTES + length > this.#buffer.length) this.#flush();
    const place = this.#written + this.#held + 1;
    if (LENGTH_BYTES + length > this.#buffer.length) {
      const record = Buffer.allocUnsafe(LENGTH_BYTES + length);
      record.writeUInt32LE(length);
      record.write(text, LENGTH_BYTES);
      this.#append(record);
    } else {
      this.#buffer.writeUInt32LE(length, this.#held);
      this.#buffer.write(text, this.#held + LENGTH_BYTES);
      this.#held += LENGTH_BYTES + length;
    }
    return place;
  }

  read(place: number): string {
    const at = place - 1;
    if (at >= this.#written) {
      const start = at - this.#written + LENGTH_BYTES;
      return this.#buffer.toString('utf8', start, start + this.#buffer.readUInt32LE(start - LENGTH_BYTES));
    }
    const length = this.#read(at, LENGTH_BYTES).readUInt32LE();
    return this.#read(at + LENGTH_BYTES, length).toString('utf8');
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #flush(): void {
    const held = this.#buffer.subarray(0, this.#held);
    this.#held = 0;
    if (held.length > 0) this.#append(held);
  }

  #append(bytes: Buffer): void {
    this.#file ??= openNameless();
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.#file, bytes, done, undefined, this.#written + done);
    this.#written += bytes.length;
  }

  #read(at: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const read = readSync(this.#file ?? -1, bytes, done, length - done, at + done);
      if (read === 0) throw new Error('a temporary file has lost its end');
      done += read;
    }
    return bytes;
  }
}

/** Without a name, the file goes with the process, however that ends. */
const openNameless = (): number => {
  const path = join(tmpdir(), `batchmill-${randomUUID()}`);
  const file = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return file;
};
