import { legendOf } from './plot-legend.ts';
import type { Legend } from './plot-legend.ts';
import type { PlotOptions } from './plot-options.ts';
import type { PlotSize } from './plot-size.ts';
import { FONT_SIZE, TICK_LENGTH, TITLE_SIZE } from './plot-style.ts';
import { isThere, widthOf } from './plot-text.ts';
import { niceTicks } from './ticks.ts';
import type { Ticks } from './ticks.ts';

export type Range = { low: number; high: number };
/** The box around the lines, in pixels. */
export type Frame = { left: number; right: number; top: number; bottom: number };
export type Layout = { frame: Frame; xTicks: Ticks; yTicks: Ticks; legend: Legend; legendTop: number };

export const MARGIN = { left: 16, right: 24, top: 20, bottom: 40 };
const TITLE_HEIGHT = 1.7 * TITLE_SIZE;
const LABEL_HEIGHT = 1.6 * FONT_SIZE;
const EXPONENT_HEIGHT = 14;
const LEAST_SIDE = 20;
const MAX_INTERVALS = 9;
/** Room for a label of seven digits, and for two lines of text. */
const X_INTERVAL = 7 * 0.636 * FONT_SIZE;
const Y_INTERVAL = 2 * FONT_SIZE;

/** Where everything stands: from the top title, legend, exponent, frame, tick labels, label. */
export const layoutOf = (
  size: PlotSize,
  names: readonly string[],
  options: PlotOptions,
  ranges: { x: Range; y: Range },
): Layout => {
  const legend = legendOf(names, { width: size.width - MARGIN.left - MARGIN.right, height: size.height });
  const legendTop = MARGIN.top / 2 + (isThere(options.title) ? TITLE_HEIGHT : 0);
  const bottom = size.height - MARGIN.bottom - (isThere(options.xLabel) ? LABEL_HEIGHT : 0);
  const above = legendTop + legend.height + MARGIN.top / 2;
  const yTicks = niceTicks(ranges.y.low, ranges.y.high, { maxIntervals: intervals(bottom - above, Y_INTERVAL) });
  const labelWidth = Math.max(...yTicks.labels.map(widthOf), widthOf('000')) * FONT_SIZE;
  const left = MARGIN.left + (isThere(options.yLabel) ? LABEL_HEIGHT : 0) + labelWidth + 2 * TICK_LENGTH;
  const right = size.width - MARGIN.right;
  const top = above + (yTicks.exponent === 0 ? 0 : EXPONENT_HEIGHT);
  const frame = {
    left: pixelLine(Math.min(left, right - LEAST_SIDE)),
    right: pixelLine(right),
    top: pixelLine(Math.min(top, bottom - LEAST_SIDE)),
    bottom: pixelLine(bottom),
  };
  const maxIntervals = intervals(frame.right - frame.left, X_INTERVAL);
  const xTicks = niceTicks(ranges.x.low, ranges.x.high, { maxIntervals, minStep: 1 });
  return { frame, xTicks, yTicks, legend, legendTop };
};

/** Lines one pixel wide are sharp on half pixels. */
export const pixelLine = (pixels: number): number => Math.round(pixels) + 0.5;

const intervals = (pixels: number, each: number): number =>
  Math.max(1, Math.min(MAX_INTERVALS, Math.floor(pixels / each)));
