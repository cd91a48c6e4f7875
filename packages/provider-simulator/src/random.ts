import { hash } from 'node:crypto';

/** A source of numbers in [0, 1) that depends on the text only. */
export type Random = () => number;

/** The same text gives the same sequence (sfc32 on the SHA-1 of the text). */
export const randomFrom = (text: string): Random => {
  const digest = hash('sha1', text, 'buffer');
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = 1;
  return () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
};

/** One number in [0, 1) for the text. */
export const drawFor = (text: string): number => hash('sha1', text, 'buffer').readUInt32LE(0) / 4_294_967_296;

export const integerBetween = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));

export const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('cannot pick from an empty list');
  return item;
};

/** 0 … size − 1 in an order that depends on the text only. */
export const shuffledIndexes = (size: number, text: string): Uint32Array => {
  const random = randomFrom(text);
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
};
