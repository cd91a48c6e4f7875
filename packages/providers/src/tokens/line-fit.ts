/** A straight line through points, by least squares, point by point. */
export type LineFit = { add(x: number, y: number): void; at(x: number): number };

/** UTF-8 bytes per token of English text, for a line nobody has given a point. */
const BYTES_PER_TOKEN = 4;

export const fitLine = (): LineFit => {
  let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  return {
    add: (x, y) => {
      count += 1;
      sumX += x;
      sumY += y;
      sumXX += x * x;
      sumXY += x * y;
    },
    at: (x) => {
      if (count === 0 || sumX === 0) return x / BYTES_PER_TOKEN;
      const spread = count * sumXX - sumX * sumX;
      const slope = (count * sumXY - sumX * sumY) / spread;
      const start = (sumY - slope * sumX) / count;
      // Points too close together, or a line that would start below nothing, tell no more than their mean ratio.
      const isUsable = spread > sumX * sumX * 1e-6 && slope > 0 && start >= 0;
      return isUsable ? start + slope * x : (sumY / sumX) * x;
    },
  };
};
