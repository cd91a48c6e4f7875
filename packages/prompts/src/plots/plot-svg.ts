import { plotSize } from './plot-size.ts';
import type { PlotSize } from './plot-size.ts';
import { linePieces, pathOf, short } from './series-line.ts';
import type { Series } from './series-line.ts';
import { niceTicks } from './ticks.ts';
import type { Ticks } from './ticks.ts';

/** Pixels; the size for the number of points unless given. */
export type PlotOptions = Partial<PlotSize>;

/** matplotlib's measures at 100 dots per inch: 1 point = 100/72 pixels. */
const POINT = 100 / 72;
const FONT_SIZE = 10 * POINT;
const DIGIT_WIDTH = 0.636 * FONT_SIZE;
const LINE_WIDTH = 1.5 * POINT;
const AXIS_WIDTH = 0.8 * POINT;
const TICK_LENGTH = 3.5 * POINT;
const LINE_COLOUR = '#1f77b4';
const GRID_COLOUR = '#b0b0b0';
const GRID_ALPHA = 0.3;
/** Free space around the data, as a share of its range. */
const DATA_MARGIN = 0.05;

/**
 * A line plot in the manner of matplotlib's defaults: x is the sample's index, no title and no names, a light grid. Gaps
 * break the line; a sample alone between gaps is a dot. Throws `RangeError` where there is nothing to draw.
 */
export const plotSvg = (series: Series, options: PlotOptions = {}): string => {
  const size = { ...plotSize(series.length), ...options };
  const yRange = rangeOf(series);
  const xRange = widened(0, Math.max(series.length - 1, 0), 1);
  const yTicks = niceTicks(yRange.low, yRange.high, { maxIntervals: 9 });
  const xTicks = niceTicks(xRange.low, xRange.high, { maxIntervals: 9, minStep: 1 });
  const frame = frameOf(size, yTicks);
  const toX = scale(xRange, frame.left, frame.right);
  const toY = scale(yRange, frame.bottom, frame.top);
  const pieces = linePieces(series, toX, toY);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    grid(frame, xTicks.values.map(toX), yTicks.values.map(toY)),
    line(pieces),
    axes(frame, xTicks, yTicks, toX, toY),
    '</svg>',
  ].join('\n');
};

type Range = { low: number; high: number };
type Frame = { left: number; right: number; top: number; bottom: number };

const rangeOf = (series: Series): Range => {
  let low = Infinity;
  let high = -Infinity;
  for (const value of series) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) throw new RangeError('the series has no number to draw');
  const range = widened(low, high, Math.abs(low));
  if (!Number.isFinite(range.high - range.low)) throw new RangeError('the numbers of the series are too large to draw');
  return range;
};

const widened = (low: number, high: number, ifEqual: number): Range => {
  const margin = (high > low ? high - low : ifEqual || 1) * DATA_MARGIN;
  return { low: low - margin, high: high + margin };
};

const frameOf = (size: PlotSize, yTicks: Ticks): Frame => {
  const labelWidth = Math.max(...yTicks.labels.map((text) => text.length), 3) * DIGIT_WIDTH;
  return {
    left: pixelLine(labelWidth + 2 * TICK_LENGTH + 16),
    right: pixelLine(size.width - 24),
    top: pixelLine(yTicks.exponent === 0 ? 20 : 34),
    bottom: pixelLine(size.height - 40),
  };
};

/** Lines one pixel wide are sharp on half pixels. */
const pixelLine = (pixels: number): number => Math.round(pixels) + 0.5;

const scale =
  (range: Range, from: number, to: number) =>
  (value: number): number =>
    from + ((value - range.low) / (range.high - range.low)) * (to - from);

const grid = (frame: Frame, xs: number[], ys: number[]): string => {
  const vertical = xs.map((x) => `M${short(pixelLine(x - 0.5))} ${frame.top}V${frame.bottom}`);
  const horizontal = ys.map((y) => `M${frame.left} ${short(pixelLine(y - 0.5))}H${frame.right}`);
  const path = [...vertical, ...horizontal].join('');
  return `<path d="${path}" fill="none" stroke="${GRID_COLOUR}" stroke-opacity="${GRID_ALPHA}" stroke-width="${short(AXIS_WIDTH)}"/>`;
};

const line = (pieces: ReturnType<typeof linePieces>): string =>
  pieces
    .map((piece) => {
      const [only] = piece;
      return piece.length === 1 && only !== undefined
        ? `<circle cx="${short(only.x)}" cy="${short(only.y)}" r="${short(3 * POINT)}" fill="${LINE_COLOUR}"/>`
        : `<path d="${pathOf(piece)}" fill="none" stroke="${LINE_COLOUR}" stroke-width="${short(LINE_WIDTH)}" stroke-linecap="square" stroke-linejoin="round"/>`;
    })
    .join('\n');

const axes = (
  frame: Frame,
  xTicks: Ticks,
  yTicks: Ticks,
  toX: (n: number) => number,
  toY: (n: number) => number,
): string => {
  const xs = xTicks.values.map((value) => pixelLine(toX(value) - 0.5));
  const ys = yTicks.values.map((value) => pixelLine(toY(value) - 0.5));
  const tickEnd = { x: short(frame.left - TICK_LENGTH), y: short(frame.bottom + TICK_LENGTH) };
  const box = `M${frame.left} ${frame.top}H${frame.right}V${frame.bottom}H${frame.left}Z`;
  const marks = [
    ...xs.map((x) => `M${x} ${frame.bottom}V${tickEnd.y}`),
    ...ys.map((y) => `M${frame.left} ${y}H${tickEnd.x}`),
  ];
  const below = short(frame.bottom + 2 * TICK_LENGTH + 0.76 * FONT_SIZE);
  const beside = short(frame.left - 2 * TICK_LENGTH);
  return [
    `<path d="${box}${marks.join('')}" fill="none" stroke="#000000" stroke-width="${short(AXIS_WIDTH)}"/>`,
    `<g font-family="DejaVu Sans" font-size="${short(FONT_SIZE)}" fill="#000000">`,
    ...xs.map((x, index) => text(short(x), below, 'middle', xTicks.labels[index])),
    ...ys.map((y, index) => text(beside, short(y + 0.36 * FONT_SIZE), 'end', yTicks.labels[index])),
    factor(xTicks, short(frame.right), short(frame.bottom + 2 * TICK_LENGTH + 2 * FONT_SIZE), 'end'),
    factor(yTicks, short(frame.left), short(frame.top - 0.4 * FONT_SIZE), 'start'),
    '</g>',
  ].join('\n');
};

const text = (x: string, y: string, anchor: string, content = ''): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`;

const factor = (ticks: Ticks, x: string, y: string, anchor: string): string =>
  ticks.exponent === 0 ? '' : text(x, y, anchor, `1e${ticks.exponent}`.replace('-', '\u2212'));
