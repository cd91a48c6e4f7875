import { imageRulesOf } from './image-rules.ts';
import type { ImageRules, PatchBudget } from './image-rules.ts';
import type { ImageSize } from './image-size.ts';

/**
 * The size to which the provider itself shrinks a picture before the model looks at it: what is larger brings nothing but bytes.
 * Never larger than `size`; null for a model whose rules nobody knows.
 */
export const usefulImageSize = (model: string, size: ImageSize, detail: string): ImageSize | null => {
  const rules = imageRulesOf(model, detail);
  return rules === null ? null : sizeSeen(rules, size);
};

/** What is left of a picture under the rules of a model. */
export const sizeSeen = (rules: ImageRules, size: ImageSize): ImageSize => {
  if (rules.kind === 'patches') return withinPatches(size, rules.budget);
  return rules.isLow ? withinSide(size, LOW_SIDE) : withinTiles(size);
};

export const PATCH_SIDE = 32;
const LOW_SIDE = 512;
const TILES_SIDE = 2048;
const TILES_SHORT_SIDE = 768;

export const patchCount = ({ width, height }: ImageSize): number =>
  Math.ceil(width / PATCH_SIDE) * Math.ceil(height / PATCH_SIDE);

/** Scaled to the budget, then a little more, so that one side is a whole number of patches. */
const withinPatches = (size: ImageSize, budget: PatchBudget): ImageSize => {
  const fitted = withinSide(size, budget.side);
  if (patchCount(fitted) <= budget.patches) return fitted;
  const scale = Math.sqrt((PATCH_SIDE ** 2 * budget.patches) / (fitted.width * fitted.height));
  const across = (fitted.width * scale) / PATCH_SIDE;
  const down = (fitted.height * scale) / PATCH_SIDE;
  // a strip narrower than a patch has no whole number of them
  const whole = Math.min(...[across, down].filter((count) => count >= 1).map((count) => Math.floor(count) / count));
  return scaled(fitted, scale * whole);
};

const withinTiles = (size: ImageSize): ImageSize => {
  const fitted = withinSide(size, TILES_SIDE);
  return scaled(fitted, TILES_SHORT_SIDE / Math.min(fitted.width, fitted.height));
};

const withinSide = (size: ImageSize, side: number): ImageSize => scaled(size, side / Math.max(size.width, size.height));

/** Never enlarges. */
const scaled = ({ width, height }: ImageSize, scale: number): ImageSize => ({
  width: Math.max(1, Math.floor(width * Math.min(1, scale))),
  height: Math.max(1, Math.floor(height * Math.min(1, scale))),
});
