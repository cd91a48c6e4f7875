/** A set of row positions within a stage, stored as base64 of its bits. */
export class Bitmap {
  #bytes: Uint8Array;
  #size = 0;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.#bytes = bytes;
    for (const byte of bytes) this.#size += countBits(byte);
  }

  static decode(text: string | undefined): Bitmap {
    return new Bitmap(text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'base64')));
  }

  get size(): number {
    return this.#size;
  }

  add(position: number): void {
    if (this.has(position)) return;
    const index = position >> 3;
    if (index >= this.#bytes.length) {
      const grown = new Uint8Array(Math.max(index + 1, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes[index] = (this.#bytes[index] ?? 0) | (1 << (position & 7));
    this.#size += 1;
  }

  has(position: number): boolean {
    return ((this.#bytes[position >> 3] ?? 0) & (1 << (position & 7))) !== 0;
  }

  /** Ascending. */
  *positions(): Generator<number> {
    for (let position = 0; position < this.#bytes.length * 8; position += 1) if (this.has(position)) yield position;
  }

  encode(): string {
    let length = this.#bytes.length;
    while (length > 0 && this.#bytes[length - 1] === 0) length -= 1;
    return Buffer.from(this.#bytes.subarray(0, length)).toString('base64');
  }
}

const countBits = (byte: number): number => {
  let bits = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) bits += 1;
  return bits;
};
