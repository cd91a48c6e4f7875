/** A value per sample; null and NaN are gaps. */
export type Series = readonly (number | null)[];

type Point = { x: number; y: number };

/** Pieces of the line between gaps, in order, in the coordinates `toX` and `toY` give. */
export const linePieces = (
  series: Series,
  toX: (index: number) => number,
  toY: (value: number) => number,
): Point[][] => {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  for (const [index, value] of series.entries()) {
    if (value !== null && Number.isFinite(value)) piece.push({ x: toX(index), y: toY(value) });
    else if (piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
};

/** The SVG path of a piece. Of the points in one pixel column only the first, lowest, highest and last are drawn. */
export const pathOf = (piece: readonly Point[]): string =>
  thinned(piece)
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`)
    .join('');

export const short = (pixels: number): string => String(Math.round(pixels * 100) / 100);

const thinned = (piece: readonly Point[]): Point[] => {
  const kept: Point[] = [];
  let column: Point[] = [];
  for (const point of piece) {
    if (column[0] !== undefined && Math.floor(column[0].x) !== Math.floor(point.x)) {
      kept.push(...extremes(column));
      column = [];
    }
    column.push(point);
  }
  kept.push(...extremes(column));
  return kept;
};

const extremes = (column: Point[]): Point[] => {
  if (column.length <= 4) return column;
  const indexes = column.map((_, index) => index);
  const lowest = indexes.reduce((best, index) => (yAt(column, index) < yAt(column, best) ? index : best), 0);
  const highest = indexes.reduce((best, index) => (yAt(column, index) > yAt(column, best) ? index : best), 0);
  const wanted = new Set([0, lowest, highest, column.length - 1]);
  return column.filter((_, index) => wanted.has(index));
};

const yAt = (column: readonly Point[], index: number): number => column[index]?.y ?? 0;
