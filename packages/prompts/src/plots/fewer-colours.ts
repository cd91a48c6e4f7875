/**
 * The same picture with fewer shades of red, green and blue, for pictures of several lines: where they cross, their soft edges
 * have more colours than a palette holds. No shade moves by more than half a step; black and white stay.
 */
export const fewerColours = (rgba: Uint8Array, shades: number): Uint8Array => {
  const step = 255 / (shades - 1);
  const nearest = Uint8Array.from({ length: 256 }, (_, shade) => Math.round(Math.round(shade / step) * step));
  return rgba.map((part) => nearest[part] ?? part);
};
