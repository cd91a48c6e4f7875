import type { Colour } from './describe-colours.ts';
import type { Pixels } from './picture-facts.ts';

export type Trend = 'rises' | 'falls' | 'stays level';

const COLUMNS_LOOKED_AT = 200;
/** A pixel belongs to the line when each channel is this near. */
const NEAR = 48;
/** Of the picture's height, between the ends of the fitted line. */
const LEVEL_BELOW = 0.05;
const LEAST_COLUMNS = 10;

/** Follows the line's colour from left to right: the slope of a straight line fitted to its height per column. */
export const trendOf = (pixels: Pixels, ground: Colour, line: Colour): Trend | null => {
  const points: { x: number; y: number }[] = [];
  const step = Math.max(1, Math.floor(pixels.width / COLUMNS_LOOKED_AT));
  for (let x = 0; x < pixels.width; x += step) {
    const y = heightInColumn(pixels, x, ground, line);
    if (y !== null) points.push({ x: x / pixels.width, y: y / pixels.height });
  }
  if (points.length < LEAST_COLUMNS) return null;
  const slope = slopeOf(points);
  if (Math.abs(slope) < LEVEL_BELOW) return 'stays level';
  // Rows count downwards.
  return slope < 0 ? 'rises' : 'falls';
};

const heightInColumn = ({ data, width, height }: Pixels, x: number, ground: Colour, line: Colour): number | null => {
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y += 1) {
    const offset = 4 * (y * width + x);
    if (!isNear(data, offset, ground) && isNear(data, offset, line)) {
      sum += y;
      count += 1;
    }
  }
  return count === 0 ? null : sum / count;
};

const isNear = (data: Uint8Array, offset: number, colour: Colour): boolean =>
  Math.abs((data[offset] ?? 0) - colour[0]) < NEAR &&
  Math.abs((data[offset + 1] ?? 0) - colour[1]) < NEAR &&
  Math.abs((data[offset + 2] ?? 0) - colour[2]) < NEAR;

const slopeOf = (points: readonly { x: number; y: number }[]): number => {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  let covariance = 0;
  let variance = 0;
  for (const { x, y } of points) {
    covariance += (x - meanX) * (y - meanY);
    variance += (x - meanX) ** 2;
  }
  return variance === 0 ? 0 : covariance / variance;
};
