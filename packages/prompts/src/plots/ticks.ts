export type Ticks = {
  values: number[];
  labels: string[];
  /** Power of ten that all labels are to be multiplied by; 0 = none. */
  exponent: number;
};

const NICE_STEPS = [1, 2, 2.5, 5, 10];

/** Beyond these powers of ten labels are written with a common factor, as matplotlib does. */
const SMALLEST_EXPONENT = -5;
const LARGEST_EXPONENT = 6;

/** At most `maxIntervals` even steps of a round size that lie between low and high (low < high, both finite). */
export const niceTicks = (low: number, high: number, options: { maxIntervals: number; minStep?: number }): Ticks => {
  const step = Math.max(niceStep((high - low) / options.maxIntervals), options.minStep ?? 0);
  // Numbers too small to be told apart have no ticks.
  if (!(step > 0)) return { values: [], labels: [], exponent: 0 };
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
  const exponent = commonExponent(values);
  const decimals = decimalsOf(step / 10 ** exponent);
  return { values, labels: values.map((value) => label(value / 10 ** exponent, decimals)), exponent };
};

const niceStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = NICE_STEPS.find((nice) => nice * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
};

const commonExponent = (values: readonly number[]): number => {
  const largest = Math.max(0, ...values.map(Math.abs));
  const exponent = largest === 0 ? 0 : Math.floor(Math.log10(largest) + 1e-9);
  return exponent <= SMALLEST_EXPONENT || exponent >= LARGEST_EXPONENT ? exponent : 0;
};

const MAX_DECIMALS = 12;

const decimalsOf = (step: number): number => {
  for (let decimals = 0; decimals < MAX_DECIMALS; decimals += 1) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * Math.max(1, scaled)) return decimals;
  }
  return MAX_DECIMALS;
};

const label = (value: number, decimals: number): string => {
  const text = Math.abs(value).toFixed(decimals);
  // A real minus sign, and no minus before a zero.
  return value < 0 && Number(text) !== 0 ? `\u2212${text}` : text;
};
