/** Pieces of SVG out of which the scenes are put together. Lengths in pixels of a picture of 320 × 240. */
export const WIDTH = 320;
export const HEIGHT = 240;

export const box = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"/>`;

export const disc = (x: number, y: number, radius: number, fill: string): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;

export const ring = (x: number, y: number, radius: number, stroke: string): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${stroke}" stroke-width="5"/>`;

/** A filled shape with corners `x,y x,y …`. */
export const shape = (corners: string, fill: string): string => `<polygon points="${corners}" fill="${fill}"/>`;

/** A line along `x,y x,y …`. */
export const line = (points: string, stroke: string, thickness = 4): string =>
  `<polyline points="${points}" fill="none" stroke="${stroke}" stroke-width="${thickness}" stroke-linecap="round"/>`;

/** So many of a piece beside each other. */
export const row = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');

export const tree = (x: number, ground: number, crown = '#3f8f4f'): string =>
  box(x - 5, ground - 40, 10, 40, '#7a5230') + disc(x, ground - 58, 28, crown);

export const person = (x: number, ground: number, coat: string): string =>
  box(x - 9, ground - 48, 18, 32, coat) +
  disc(x, ground - 58, 9, '#e0ac86') +
  line(`${x - 5},${ground} ${x - 5},${ground - 16}`, '#333a44', 5) +
  line(`${x + 5},${ground} ${x + 5},${ground - 16}`, '#333a44', 5);

/** Sky above, ground below the horizon. */
export const land = (horizon: number, sky: string, ground: string): string =>
  box(0, 0, WIDTH, horizon, sky) + box(0, horizon, WIDTH, HEIGHT - horizon, ground);

export const svg = (content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">${content}</svg>`;
