/** matplotlib's measures at 100 dots per inch: 1 point = 100/72 pixels. */
export const POINT = 100 / 72;
export const FONT_SIZE = 10 * POINT;
export const TITLE_SIZE = 12 * POINT;
export const LINE_WIDTH = 1.5 * POINT;
export const AXIS_WIDTH = 0.8 * POINT;
export const TICK_LENGTH = 3.5 * POINT;
export const DOT_RADIUS = 3 * POINT;
export const GRID_COLOUR = '#b0b0b0';
export const GRID_ALPHA = 0.3;
/** Free space around the data, as a share of its range. */
export const DATA_MARGIN = 0.05;

/** The font that is shipped comes first; the others are for pictures that are sent as SVG. */
export const FONT_FAMILY = 'DejaVu Sans, Verdana, sans-serif';

/** matplotlib's ten colours, in its order. */
const LINE_COLOURS = [
  ...['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd'],
  ...['#8c564b', '#e377c2', '#7f7f7f', '#bcbd22', '#17becf'],
];
const DASHES = ['', '6 3', '2 2', '8 2 2 2'];

/** The attributes by which the line at this position is told from the others. */
export const strokeOf = (position: number): string => {
  const dash = DASHES[Math.floor(position / LINE_COLOURS.length) % DASHES.length];
  const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `stroke="${colourOf(position)}"${dashes}`;
};

export const colourOf = (position: number): string => LINE_COLOURS[position % LINE_COLOURS.length] ?? '#000000';
