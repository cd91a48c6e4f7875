export type PlotSize = { width: number; height: number };

/** Pixels of a plot by its number of points: a longer series is drawn wider and flatter. */
export const plotSize = (points: number): PlotSize => {
  if (points < 500) return { width: 1200, height: 600 };
  if (points < 1500) return { width: 1500, height: 500 };
  return { width: 1800, height: 400 };
};
