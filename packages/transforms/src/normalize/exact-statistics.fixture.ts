/** Mean and sample standard deviation without any rounding before the last step: in whole numbers of 2^-1074. */
export const exactStatistics = (values: readonly number[]): { mean: number; std: number } => {
  const exact = values.map(wholeOf);
  const count = BigInt(values.length);
  const sum = exact.reduce((total, value) => total + value, 0n);
  const squares = exact.reduce((total, value) => total + value * value, 0n);
  // n · Σx² − (Σx)² = n · (n − 1) · variance
  return {
    mean: quotient(sum, count),
    std: rootOf(count * squares - sum * sum, count * (count - 1n)),
  };
};

const SMALLEST_EXPONENT = 1074;

/** How often 2^-1074 is in a double: always a whole number. */
const wholeOf = (value: number): bigint => {
  let mantissa = value;
  let exponent = 0;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  return BigInt(mantissa) << BigInt(SMALLEST_EXPONENT - exponent);
};

const DIGITS = 64n;

const quotient = (dividend: bigint, divisor: bigint): number => {
  const bits = BigInt(Math.max(0, bitsOf(dividend) - bitsOf(divisor)));
  const shift = bits > DIGITS ? 0n : DIGITS - bits;
  return scaled((dividend << shift) / divisor, -Number(shift) - SMALLEST_EXPONENT);
};

/** √(dividend / divisor), in units of 2^-1074. */
const rootOf = (dividend: bigint, divisor: bigint): number => {
  if (dividend === 0n) return 0;
  const shift = 2n * DIGITS + 2n * BigInt(Math.max(0, bitsOf(divisor) - bitsOf(dividend)));
  return scaled(integerRoot((dividend << shift) / divisor), -Number(shift) / 2 - SMALLEST_EXPONENT);
};

const bitsOf = (value: bigint): number => (value < 0n ? -value : value).toString(2).length;

/** Newton's method; the largest whole number whose square is not larger. */
const integerRoot = (value: bigint): bigint => {
  if (value < 2n) return value;
  let root = 1n << BigInt(Math.ceil(bitsOf(value) / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
};

/** value · 2^exponent; only the first 64 bits of the value count. */
const scaled = (value: bigint, exponent: number): number => {
  const surplus = Math.max(0, bitsOf(value) - Number(DIGITS));
  const mantissa = Number(value >> BigInt(surplus));
  const power = exponent + surplus;
  // In two factors, since one of them alone may be too small for a double.
  const half = Math.trunc(power / 2);
  return mantissa * 2 ** half * 2 ** (power - half);
};
