import { expect, test } from 'vitest';
import { TextStore } from './text-store.ts';

test.each([8, 64, 100_000])('texts are found again by their place, with a buffer of %d bytes', (bufferBytes) => {
  using store = new TextStore(bufferBytes);
  const texts = Array.from({ length: 500 }, (_, i) => (i % 7 === 0 ? '' : `é${'x'.repeat((i * 37) % 90)}${i}`));
  const places = texts.map((text) => store.add(text));
  expect(Math.min(...places)).toBe(1);
  expect(places.map((place) => store.read(place))).toEqual(texts);
  expect(places.toReversed().map((place) => store.read(place))).toEqual(texts.toReversed());
});

test('texts can be read while others are added', () => {
  using store = new TextStore(32);
  const places: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    places.push(store.add(`text ${i}`));
    const some = (i * 7) % places.length;
    expect(store.read(places[some] ?? 0)).toBe(`text ${some}`);
  }
});
