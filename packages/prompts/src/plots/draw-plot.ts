import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';
import { palettePng } from './palette-png.ts';
import { plotSvg } from './plot-svg.ts';
import type { PlotOptions } from './plot-svg.ts';
import type { Series } from './series-line.ts';

export type PlotTask = { series: Series; options: PlotOptions };

/** Draws one plot; runs in a worker thread (8 to 25 ms of computing). The same series gives the same bytes. */
export const drawPlot = ({ series, options }: PlotTask): Uint8Array => {
  const image = new Resvg(plotSvg(series, options), {
    // The font is shipped: a bare system has none, and with another one the picture would differ.
    font: { loadSystemFonts: false, fontFiles: [FONT_FILE], defaultFontFamily: 'DejaVu Sans' },
  }).render();
  return palettePng(image.pixels, image.width, image.height) ?? image.asPng();
};

const FONT_FILE = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
