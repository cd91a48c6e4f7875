import type { ImageSize } from './image-size.ts';

/**
 * Prompt tokens of one picture by OpenAI's published formulas (providers.md 4). `detail` is `low`, `high`, `auto` or
 * `original`. A model nobody knows is counted as gpt-4o.
 */
export const imageTokens = (model: string, size: ImageSize, detail: string): number => {
  const name = model.replace(/^ft:/, '');
  const patches = PATCH_MODELS.find(({ models }) => models.test(name));
  if (patches !== undefined) return patchTokens(patches, size, detail);
  return tileTokens(TILE_MODELS.find(({ models }) => models.test(name)) ?? GPT_4O, size, detail);
};

type Budget = { patches: number; side: number };
type PatchModel = {
  models: RegExp;
  multiplier: number;
  low: Budget;
  high: Budget;
  /** Where it differs from `high`. */
  original?: Budget;
  autoIsOriginal?: boolean;
};

const SMALL: Budget = { patches: 256, side: 512 };
const EARLY: Budget = { patches: 6144, side: 2048 };
const HIGH: Budget = { patches: 2500, side: 2048 };
const ORIGINAL: Budget = { patches: 10_000, side: 6000 };
const UNBOUND: Budget = { patches: 30_000, side: 65_535 };

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

const GPT_4O: TileModel = { models: /^gpt-4/, base: 85, tile: 170 };
const TILE_MODELS: readonly TileModel[] = [
  { models: /^gpt-5/, base: 70, tile: 140 },
  { models: /^gpt-4o-mini/, base: 2833, tile: 5667 },
  { models: /^o[13]/, base: 75, tile: 150 },
];

const PATCH_SIDE = 32;

const patchTokens = (model: PatchModel, size: ImageSize, detail: string): number => {
  const budget = budgetFor(model, detail);
  const fitted = shrinkToSide(size, budget.side);
  const patches = patchCount(fitted);
  return Math.ceil((patches <= budget.patches ? patches : shrunkPatches(fitted, budget.patches)) * model.multiplier);
};

const budgetFor = (model: PatchModel, detail: string): Budget => {
  if (detail === 'low') return model.low;
  const wantsOriginal = detail === 'original' || (detail !== 'high' && model.autoIsOriginal === true);
  return wantsOriginal ? (model.original ?? model.high) : model.high;
};

const patchCount = ({ width, height }: ImageSize): number =>
  Math.ceil(width / PATCH_SIDE) * Math.ceil(height / PATCH_SIDE);

/** Scaled to the budget, then a little more, so that one side is a whole number of patches. */
const shrunkPatches = ({ width, height }: ImageSize, budget: number): number => {
  const scale = Math.sqrt((PATCH_SIDE ** 2 * budget) / (width * height));
  const across = (width * scale) / PATCH_SIDE;
  const down = (height * scale) / PATCH_SIDE;
  const fine = scale * Math.min(Math.floor(across) / across, Math.floor(down) / down);
  return patchCount({ width: Math.floor(width * fine), height: Math.floor(height * fine) });
};

const tileTokens = ({ base, tile }: TileModel, size: ImageSize, detail: string): number => {
  if (detail === 'low') return base;
  const fitted = shrinkToSide(size, 2048);
  const scale = Math.min(1, 768 / Math.min(fitted.width, fitted.height));
  const width = Math.floor(fitted.width * scale);
  const height = Math.floor(fitted.height * scale);
  return base + Math.ceil(width / 512) * Math.ceil(height / 512) * tile;
};

/** Never enlarges. */
const shrinkToSide = ({ width, height }: ImageSize, side: number): ImageSize => {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
};
