import type { Table } from './vega-tables.ts';

/** How often the series was observed; the letter begins its id, as in M4. */
export type Frequency = 'H' | 'D' | 'M' | 'Y';

export type SampleSeries = { frequency: Frequency; source: string; description: string; values: (string | null)[] };

/** What is cut out of one file. */
export type Cut = { file: string; series(table: Table): Omit<SampleSeries, 'source'>[] };

/**
 * Only files whose licence vega-datasets states: works of the United States government, and the Scripps record under
 * CC BY 4.0. The stock prices and index values in the package have none and are left out.
 */
export const CUTS: Cut[] = [
  {
    file: 'us-employment.csv',
    series: (table) =>
      columnsOf(table, ['month']).map((column) => ({
        frequency: 'M',
        description: `US employment (thousands), ${column.replaceAll('_', ' ')}`,
        values: valuesOf(table, column),
      })),
  },
  {
    file: 'unemployment-across-industries.json',
    series: (table) =>
      groupsOf(table, ({ series }) => String(series)).map(([industry, rows]) => ({
        frequency: 'M',
        description: `US unemployment rate (%), ${industry}`,
        values: valuesOf(rows, 'rate'),
      })),
  },
  {
    file: 'co2-concentration.csv',
    series: (table) =>
      ['CO2', 'adjusted CO2'].map((column) => ({
        frequency: 'M',
        description: `${column === 'CO2' ? 'CO2' : 'Seasonally adjusted CO2'} at Mauna Loa (ppm)`,
        values: monthByMonth(table, 'Date', column),
      })),
  },
  {
    file: 'seattle-weather-hourly-normals.csv',
    series: (table) =>
      ['temperature', 'wind'].flatMap((column) =>
        groupsOf(table, ({ date }) => String(date).slice(5, 7)).map(([month, rows]) => ({
          frequency: 'H' as const,
          description: `Hourly ${column} normal in Seattle (${column === 'wind' ? 'm/s' : '°C'}), month ${month}`,
          values: valuesOf(rows, column),
        })),
      ),
  },
  {
    file: 'weather.csv',
    series: (table) =>
      groupsOf(table, ({ location, date }) => `${location}, ${String(date).slice(0, 4)}`).map(([place, rows]) => ({
        frequency: 'D',
        description: `Daily highest temperature (°C), ${place}`,
        values: valuesOf(rows, 'temp_max'),
      })),
  },
  {
    file: 'global-temp.csv',
    series: (table) => [
      { frequency: 'Y', description: 'Global temperature anomaly (°C)', values: valuesOf(table, 'temp') },
    ],
  },
  {
    file: 'iowa-electricity.csv',
    series: (table) =>
      groupsOf(table, ({ source }) => String(source)).map(([source, rows]) => ({
        frequency: 'Y',
        description: `Electricity made in Iowa (thousand MWh), ${source}`,
        values: valuesOf(rows, 'net_generation'),
      })),
  },
];

const columnsOf = (table: Table, without: string[]): string[] =>
  Object.keys(table[0] ?? {}).filter((column) => !without.includes(column));

const valuesOf = (table: Table, column: string): (string | null)[] =>
  table.map((row) => (row[column] == null || row[column] === '' ? null : String(row[column])));

/** In the order in which the groups first appear. */
const groupsOf = (table: Table, groupOf: (row: Table[number]) => string): [string, Table][] => {
  const groups = new Map<string, Table>();
  for (const row of table) {
    const name = groupOf(row);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups];
};

/** A month without an observation becomes a gap. Dates are YYYY-MM-DD. */
const monthByMonth = (table: Table, date: string, column: string): (string | null)[] => {
  const values: (string | null)[] = [];
  const monthOf = (row: Table[number] | undefined): number => {
    const [year, month] = String(row?.[date]).split('-').map(Number);
    return (year ?? 0) * 12 + (month ?? 0);
  };
  const first = monthOf(table[0]);
  for (const row of table) {
    const position = monthOf(row) - first;
    while (values.length < position) values.push(null);
    values.push(String(row[column]));
  }
  return values;
};
