import type { Json } from '@batchmill/contracts';
import { KeyIndex } from './key-index.ts';
import { TextStore } from './text-store.ts';

/**
 * JSON values by their keys, numbered from 0 in the order in which they came. Memory: 50 to 90 bytes a value and 4 MiB of
 * values; the others stand in a temporary file without a name.
 */
export class KeyedStore<Value extends Json> implements Disposable {
  readonly #numbers = new KeyIndex();
  readonly #places: number[] = [];
  readonly #texts = new TextStore();

  get size(): number {
    return this.#places.length;
  }

  /** Keeps the value under a key that has none; of one that has, the number, and nothing is kept. */
  add(key: string, value: Value): { number: number; isKnown: boolean } {
    const known = this.#numbers.add(key, this.size + 1);
    if (known !== null) return { number: known - 1, isKnown: true };
    this.#places.push(this.#texts.add(JSON.stringify(value)));
    return { number: this.size - 1, isKnown: false };
  }

  /** The number of the value with this key, or null. */
  numberOf(key: string): number | null {
    const place = this.#numbers.find(key);
    return place === null ? null : place - 1;
  }

  read(number: number): Value {
    const place = this.#places[number];
    if (place === undefined) throw new RangeError(`there is no value ${number}`);
    return JSON.parse(this.#texts.read(place)) as Value;
  }

  /** Puts another value in the place of one. */
  replace(number: number, value: Value): void {
    this.#places[number] = this.#texts.add(JSON.stringify(value));
  }

  [Symbol.dispose](): void {
    this.#texts[Symbol.dispose]();
  }
}
