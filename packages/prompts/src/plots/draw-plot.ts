import { fewerColours } from './fewer-colours.ts';
import { palettePng } from './palette-png.ts';
import type { PlotLine, PlotOptions } from './plot-options.ts';
import { plotSvg } from './plot-svg.ts';
import { rasterise } from './rasterise.ts';

export type PlotFormat = 'png' | 'svg';
export type PlotTask = { lines: readonly PlotLine[]; options: PlotOptions; format: PlotFormat };

/** The bytes of one plot; runs in a worker thread. The same lines and options give the same bytes. */
export const drawPlot = ({ lines, options, format }: PlotTask): Uint8Array => {
  const svg = plotSvg(lines, options);
  if (format === 'svg') return new TextEncoder().encode(svg);
  const image = rasterise(svg);
  const { pixels, width, height } = image;
  const exact = palettePng(pixels, width, height);
  if (exact !== null) return exact;
  for (const shades of FEWER_SHADES) {
    const png = palettePng(fewerColours(pixels, shades), width, height);
    if (png !== null) return png;
  }
  return image.asPng();
};

/** Enough for the palette to hold 2, 8 and 20 lines that cross all the time. */
const FEWER_SHADES = [16, 10, 8];
