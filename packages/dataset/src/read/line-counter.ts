/** Counts the newlines before a place in a stream of chunks. Places are asked for in rising order. */
export class LineCounter {
  readonly #newline: number;
  #chunks: Buffer[] = [];
  /** Byte offset in the stream where the first held chunk starts, and the place counted up to. */
  #heldFrom = 0;
  #counted = 0;
  #newlines = 0;
  #lastByte = -1;

  constructor(newline: number) {
    this.#newline = newline;
  }

  feed(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  /** The 1-based line on which the record ends that reaches to `end` (its line break included, where it has one). */
  lineOfEnd(end: number): number {
    while (this.#counted < end) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) break;
      const from = this.#counted - this.#heldFrom;
      const to = Math.min(chunk.length, end - this.#heldFrom);
      this.#count(chunk, from, to);
      this.#counted = this.#heldFrom + to;
      if (to === chunk.length) {
        this.#heldFrom += chunk.length;
        this.#chunks.shift();
      }
    }
    return this.#newlines + (this.#lastByte === this.#newline ? 0 : 1);
  }

  #count(chunk: Buffer, from: number, to: number): void {
    if (to > from) this.#lastByte = chunk[to - 1] ?? -1;
    for (let at = chunk.indexOf(this.#newline, from); at !== -1 && at < to; at = chunk.indexOf(this.#newline, at + 1)) {
      this.#newlines += 1;
    }
  }
}
