/** Tokens a picture counts as (provider's vision guide; tile and patch formulas). */
export const imageTokens = (model: string, width: number, height: number, detail: string): number => {
  const patches = PATCH_MODELS.find(({ family }) => family.test(model));
  if (patches !== undefined) return patchTokens(width, height, patches.multiplier, patches.budget);
  const { base, tile } = TILE_MODELS.find(({ family }) => family.test(model)) ?? DEFAULT_TILES;
  return detail === 'low' ? base : base + tile * tilesOf(width, height);
};

const PATCH_MODELS = [
  { family: /^gpt-5\.\d|^gpt-5-mini|^gpt-6/, multiplier: 1.2, budget: 2_500 },
  { family: /^gpt-5-nano/, multiplier: 1.5, budget: 1_536 },
  { family: /^gpt-4\.1-mini/, multiplier: 1.62, budget: 6_144 },
  { family: /^gpt-4\.1-nano/, multiplier: 2.46, budget: 1_536 },
  { family: /^o4-mini/, multiplier: 1.72, budget: 1_536 },
] as const;

const TILE_MODELS = [
  { family: /^gpt-4o-mini/, base: 2_833, tile: 5_667 },
  { family: /^gpt-5/, base: 70, tile: 140 },
  { family: /^o[13]/, base: 75, tile: 150 },
] as const;
const DEFAULT_TILES = { base: 85, tile: 170 };

const PATCH = 32;
const TILE = 512;

const patchTokens = (width: number, height: number, multiplier: number, budget: number): number => {
  const fit = Math.min(1, 2_048 / Math.max(width, height));
  const [fitWidth, fitHeight] = [Math.floor(width * fit), Math.floor(height * fit)];
  const patches = Math.ceil(fitWidth / PATCH) * Math.ceil(fitHeight / PATCH);
  if (patches <= budget) return Math.ceil(patches * multiplier);
  const scale = Math.sqrt((PATCH * PATCH * budget) / (fitWidth * fitHeight));
  const wide = (fitWidth * scale) / PATCH;
  const high = (fitHeight * scale) / PATCH;
  const adjusted = scale * Math.min(Math.floor(wide) / wide, Math.floor(high) / high);
  const scaled = Math.ceil((fitWidth * adjusted) / PATCH) * Math.ceil((fitHeight * adjusted) / PATCH);
  return Math.ceil(Math.min(scaled, budget) * multiplier);
};

const tilesOf = (width: number, height: number): number => {
  const fit = Math.min(1, 2_048 / Math.max(width, height));
  const shortest = Math.min(width * fit, height * fit);
  const scale = fit * Math.min(1, 768 / shortest);
  return Math.ceil(Math.floor(width * scale) / TILE) * Math.ceil(Math.floor(height * scale) / TILE);
};
