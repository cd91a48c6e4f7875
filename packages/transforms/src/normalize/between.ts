/** The value `share` (0…1) of the way from one number to another, in the steps in which numpy computes it. */
export const between = (from: number, to: number, share: number): number => {
  const distance = to - from;
  // The distance of two finite numbers may be too large for a number.
  if (!Number.isFinite(distance)) return from * (1 - share) + to * share;
  return share < 0.5 ? from + distance * share : to - distance * (1 - share);
};
