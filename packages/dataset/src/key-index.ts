import { createHash } from 'node:crypto';

/**
 * Which keys were seen, and at which place: 20 bytes a slot of a table that is at most half full, so that ten million fit
 * in some 700 MB.
 * Keys are told apart by 96 bits of their SHA-256.
 */
export class KeyIndex {
  #capacity = 1 << 12;
  #size = 0;
  #hashes = new Uint32Array(this.#capacity * 3);
  #places = new Float64Array(this.#capacity);

  /** Remembers the key's place; answers the place where it was seen before, or null. Places count from 1. */
  add(key: string, place: number): number | null {
    if (this.#size * 2 >= this.#capacity) this.#grow();
    const hash = hashOf(key);
    const slot = this.#slotOf(...hash);
    const seen = this.#places[slot] ?? 0;
    if (seen !== 0) return seen;
    this.#hashes.set(hash, slot * 3);
    this.#places[slot] = place;
    this.#size += 1;
    return null;
  }

  /** The place with which the key was remembered, or null. */
  find(key: string): number | null {
    const place = this.#places[this.#slotOf(...hashOf(key))] ?? 0;
    return place === 0 ? null : place;
  }

  #slotOf(a: number, b: number, c: number): number {
    for (let slot = a & (this.#capacity - 1); ; slot = (slot + 1) & (this.#capacity - 1)) {
      const at = slot * 3;
      if (this.#places[slot] === 0) return slot;
      if (this.#hashes[at] === a && this.#hashes[at + 1] === b && this.#hashes[at + 2] === c) return slot;
    }
  }

  #grow(): void {
    const hashes = this.#hashes;
    const places = this.#places;
    this.#capacity *= 2;
    this.#hashes = new Uint32Array(this.#capacity * 3);
    this.#places = new Float64Array(this.#capacity);
    for (let slot = 0; slot < places.length; slot += 1) {
      if (places[slot] === 0) continue;
      const [a = 0, b = 0, c = 0] = hashes.subarray(slot * 3, slot * 3 + 3);
      const target = this.#slotOf(a, b, c);
      this.#hashes.set([a, b, c], target * 3);
      this.#places[target] = places[slot] ?? 0;
    }
  }
}

const hashOf = (key: string): [number, number, number] => {
  const digest = createHash('sha256').update(key).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), digest.readUInt32LE(8)];
};
