/*
 * What becomes of a picture at the provider, by model family and `detail`. Source of every figure: OpenAI's guide to images and
 * vision ("Calculating costs", "Specify image input detail level").
 */

/** At most so many patches of 32 × 32 pixels, after the longer side is within `side` pixels. */
export type PatchBudget = { patches: number; side: number };

export type ImageRules =
  | { kind: 'patches'; multiplier: number; budget: PatchBudget }
  /** `low`: one picture of 512 × 512, counted as `base`. */
  | { kind: 'tiles'; base: number; tile: number; isLow: boolean };

/** `detail` is `low`, `high`, `auto` or `original`; null for a model nobody knows. */
export const imageRulesOf = (model: string, detail: string): ImageRules | null => {
  const name = model.replace(/^ft:/, '');
  const patches = PATCH_MODELS.find(({ models }) => models.test(name));
  if (patches !== undefined) {
    return { kind: 'patches', multiplier: patches.multiplier, budget: budgetFor(patches, detail) };
  }
  const tiles = TILE_MODELS.find(({ models }) => models.test(name));
  if (tiles === undefined) return null;
  return { kind: 'tiles', base: tiles.base, tile: tiles.tile, isLow: detail === 'low' };
};

type PatchModel = {
  models: RegExp;
  multiplier: number;
  low: PatchBudget;
  high: PatchBudget;
  /** Where it differs from `high`. */
  original?: PatchBudget;
  autoIsOriginal?: boolean;
};

const SMALL: PatchBudget = { patches: 256, side: 512 };
const EARLY: PatchBudget = { patches: 6144, side: 2048 };
const HIGH: PatchBudget = { patches: 2500, side: 2048 };
const ORIGINAL: PatchBudget = { patches: 10_000, side: 6000 };
const UNBOUND: PatchBudget = { patches: 30_000, side: 65_535 };

/** First match counts. */
const PATCH_MODELS: readonly PatchModel[] = [
  { models: /^gpt-(6|5\.6)/, multiplier: 1.2, low: SMALL, high: HIGH, original: UNBOUND, autoIsOriginal: true },
  { models: /^gpt-5\.5/, multiplier: 1.2, low: SMALL, high: HIGH, original: ORIGINAL, autoIsOriginal: true },
  { models: /^gpt-5\.4/, multiplier: 1.2, low: EARLY, high: HIGH, original: ORIGINAL },
  { models: /^(gpt-5\.[23]|gpt-5-mini)/, multiplier: 1.2, low: EARLY, high: EARLY },
  { models: /^gpt-5-nano/, multiplier: 1.5, low: EARLY, high: EARLY },
  { models: /^gpt-4\.1-mini/, multiplier: 1.62, low: EARLY, high: EARLY },
  { models: /^gpt-4\.1-nano/, multiplier: 2.46, low: EARLY, high: EARLY },
  { models: /^o4-mini/, multiplier: 1.72, low: EARLY, high: EARLY },
];

type TileModel = { models: RegExp; base: number; tile: number };

const TILE_MODELS: readonly TileModel[] = [
  { models: /^gpt-5/, base: 70, tile: 140 },
  { models: /^gpt-4o-mini/, base: 2833, tile: 5667 },
  { models: /^o[13]/, base: 75, tile: 150 },
  { models: /^gpt-4/, base: 85, tile: 170 },
];

const budgetFor = (model: PatchModel, detail: string): PatchBudget => {
  if (detail === 'low') return model.low;
  const wantsOriginal = detail === 'original' || (detail !== 'high' && model.autoIsOriginal === true);
  return wantsOriginal ? (model.original ?? model.high) : model.high;
};
