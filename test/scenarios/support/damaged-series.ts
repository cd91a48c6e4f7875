export type Damaged = { id: string; values: (number | null)[] };

/** Numbers from 0 to 1, the same for the same seed. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Hourly series in the shape of the competition's: 700 to 960 values, a day's rhythm, sizes from tens to a million. */
export const hourlySeries = (count: number, random: () => number): Damaged[] =>
  Array.from({ length: count }, (_, index) => {
    const level = 10 ** (1 + 5 * random());
    const swing = level * 0.3 * random();
    const values = Array.from({ length: 700 + Math.floor(261 * random()) }, (_value, hour) =>
      Number((level + swing * Math.sin(hour / 3.82) + swing * 0.2 * random()).toPrecision(6)),
    );
    return { id: `H${index + 1}`, values };
  });

/** 5 % of the values inside become gaps, and 1 % spikes of twenty times their size. */
export const damage = ({ id, values }: Damaged, random: () => number): Damaged => {
  const isInside = (index: number): boolean => index > 0 && index < values.length - 1;
  return {
    id,
    values: values.map((value, index) => {
      const draw = random();
      if (value === null || !isInside(index)) return value;
      if (draw < 0.05) return null;
      return draw < 0.06 ? value * 20 : value;
    }),
  };
};

/** The wide CSV of the competition; shorter series are padded with empty cells. */
export const wideCsv = (series: readonly { id: string; values: readonly (number | string | null)[] }[]): string => {
  const width = 1 + Math.max(...series.map(({ values }) => values.length));
  const header = Array.from({ length: width }, (_, column) => `"V${column + 1}"`);
  const lines = series.map(({ id, values }) => {
    const cells = [id, ...values].map((cell) => (cell === null ? '' : `"${cell}"`));
    return [...cells, ...Array.from({ length: width - cells.length }, () => '')].join(',');
  });
  return `${[header.join(','), ...lines].join('\n')}\n`;
};
