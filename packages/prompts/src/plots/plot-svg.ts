import { drawAxes, drawGrid, drawTickLabels } from './plot-axes.ts';
import type { Scale } from './plot-axes.ts';
import { layoutOf } from './plot-frame.ts';
import type { Range } from './plot-frame.ts';
import { drawLegend } from './plot-legend.ts';
import { drawNames } from './plot-names.ts';
import type { PlotLine, PlotOptions } from './plot-options.ts';
import { plotSize } from './plot-size.ts';
import { colourOf, DATA_MARGIN, DOT_RADIUS, FONT_FAMILY, FONT_SIZE, LINE_WIDTH, strokeOf } from './plot-style.ts';
import { linePieces, pathOf, short } from './series-line.ts';
import type { Series } from './series-line.ts';

/**
 * A line plot in the manner of matplotlib's defaults: x is the sample's index, a light grid. Gaps break a line; a sample
 * alone between gaps is a dot. Several lines share the axes. Texts of any kind and length are drawn as text, shortened to
 * the room there is. Throws `RangeError` where there is nothing to draw.
 */
export const plotSvg = (lines: readonly PlotLine[], options: PlotOptions = {}): string => {
  const points = Math.max(...lines.map(({ series }) => series.length), 0);
  const standard = plotSize(points);
  const size = { width: options.width ?? standard.width, height: options.height ?? standard.height };
  const ranges = { x: widened(0, Math.max(points - 1, 0), 1), y: rangeOf(lines) };
  const names = lines.map(({ name }) => name);
  const layout = layoutOf(size, names, options, ranges);
  const { frame, legend, legendTop } = layout;
  const toX = scale(ranges.x, frame.left, frame.right);
  const toY = scale(ranges.y, frame.bottom, frame.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    drawGrid(layout, toX, toY),
    ...lines.map(({ series }, position) => drawLine(series, position, toX, toY)),
    drawAxes(layout, toX, toY),
    `<g font-family="${FONT_FAMILY}" font-size="${short(FONT_SIZE)}" fill="#000000">`,
    drawTickLabels(layout, toX, toY),
    drawNames(options, frame, size),
    drawLegend(legend, size.width / 2, legendTop),
    '</g>',
    '</svg>',
  ]
    .filter((part) => part !== '')
    .join('\n');
};

const rangeOf = (lines: readonly PlotLine[]): Range => {
  let low = Infinity;
  let high = -Infinity;
  for (const { series } of lines) {
    for (const value of series) {
      if (value === null || !Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
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

const scale =
  (range: Range, from: number, to: number): Scale =>
  (value) =>
    from + ((value - range.low) / (range.high - range.low)) * (to - from);

const drawLine = (series: Series, position: number, toX: Scale, toY: Scale): string =>
  linePieces(series, toX, toY)
    .map((piece) => {
      const [only] = piece;
      return piece.length === 1 && only !== undefined
        ? `<circle cx="${short(only.x)}" cy="${short(only.y)}" r="${short(DOT_RADIUS)}" fill="${colourOf(position)}"/>`
        : `<path d="${pathOf(piece)}" fill="none" ${strokeOf(position)} stroke-width="${short(LINE_WIDTH)}" stroke-linecap="square" stroke-linejoin="round"/>`;
    })
    .join('\n');
