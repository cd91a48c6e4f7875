import type { Series } from './series-line.ts';

/** A line of a plot; the legend of several names it. */
export type PlotLine = { name: string; series: Series };

/** What is not said is not drawn, and the size is that for the number of points. */
export type PlotOptions = {
  /** Pixels. */
  width?: number;
  height?: number;
  title?: string;
  xLabel?: string;
  yLabel?: string;
};
