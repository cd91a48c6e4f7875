import { imageRulesOf } from './image-rules.ts';
import type { ImageRules } from './image-rules.ts';
import type { ImageSize } from './image-size.ts';
import { patchCount, sizeSeen } from './useful-size.ts';

/**
 * Prompt tokens of one picture by OpenAI's published formulas. `detail` is `low`, `high`, `auto` or `original`. A model nobody
 * knows is counted as gpt-4o.
 */
export const imageTokens = (model: string, size: ImageSize, detail: string): number => {
  const rules = imageRulesOf(model, detail) ?? gpt4o(detail);
  if (rules.kind === 'patches') return Math.ceil(patchCount(sizeSeen(rules, size)) * rules.multiplier);
  const { base, tile, isLow } = rules;
  if (isLow) return base;
  const { width, height } = sizeSeen(rules, size);
  return base + Math.ceil(width / TILE_SIDE) * Math.ceil(height / TILE_SIDE) * tile;
};

const TILE_SIDE = 512;

const gpt4o = (detail: string): ImageRules => ({ kind: 'tiles', base: 85, tile: 170, isLow: detail === 'low' });
