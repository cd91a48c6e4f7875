import type { Pixels } from './picture-facts.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** Looked at: every n-th pixel, so that large pictures cost no more than small ones. */
const PIXELS_LOOKED_AT = 40_000;
/** Colours are counted in steps of this many levels. */
const STEP = 32;
/** Rarer colours are edges and noise. */
const LEAST_SHARE = 0.002;
const MOST_NAMES = 3;

/** The names of the dominant colours; the ground is the most frequent, the line the most frequent that is vivid. */
export const describeColours = (pixels: Pixels): { names: string[]; ground: Colour; line: Colour | null } => {
  const counts = countColours(pixels);
  const looked = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const frequent = [...counts]
    .filter(([, count]) => count >= looked * LEAST_SHARE)
    .sort((a, b) => b[1] - a[1])
    .map(([key]) => colourOf(key));
  const ground = frequent[0] ?? [255, 255, 255];
  const names = [...new Set(frequent.map(nameOf))].slice(0, MOST_NAMES);
  const line = frequent.slice(1).find((colour) => Math.max(...colour) - Math.min(...colour) >= 2 * STEP) ?? null;
  return { names, ground, line };
};

const countColours = ({ data, width, height }: Pixels): Map<number, number> => {
  const counts = new Map<number, number>();
  const stride = 4 * Math.max(1, Math.floor((width * height) / PIXELS_LOOKED_AT));
  for (let offset = 0; offset + 3 < data.length; offset += stride) {
    const key =
      (Math.floor((data[offset] ?? 0) / STEP) << 16) |
      (Math.floor((data[offset + 1] ?? 0) / STEP) << 8) |
      Math.floor((data[offset + 2] ?? 0) / STEP);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

const colourOf = (key: number): Colour => {
  const level = (shift: number): number => ((key >> shift) & 0xff) * STEP + STEP / 2;
  return [level(16), level(8), level(0)];
};

const NAMED: readonly (readonly [string, Colour])[] = [
  ['white', [250, 250, 250]],
  ['black', [10, 10, 10]],
  ['grey', [128, 128, 128]],
  ['light grey', [205, 205, 205]],
  ['red', [214, 39, 40]],
  ['orange', [255, 127, 14]],
  ['yellow', [240, 220, 40]],
  ['green', [44, 160, 44]],
  ['cyan', [23, 190, 207]],
  ['blue', [31, 119, 180]],
  ['deep blue', [20, 30, 220]],
  ['purple', [148, 103, 189]],
  ['pink', [240, 150, 200]],
  ['brown', [140, 86, 75]],
];

const nameOf = (colour: Colour): string => {
  let best = 'grey';
  let least = Number.POSITIVE_INFINITY;
  for (const [name, [red, green, blue]] of NAMED) {
    const distance = (red - colour[0]) ** 2 + (green - colour[1]) ** 2 + (blue - colour[2]) ** 2;
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
};
