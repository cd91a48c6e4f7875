import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CUTS } from './sample-series.ts';
import type { SampleSeries } from './sample-series.ts';
import { readTable } from './vega-tables.ts';

/**
 * Cuts the recipe's sample out of the npm package vega-datasets: `m4-sample.csv` in the shape of M4 (header V1, V2, …;
 * first the id; padded with empty cells to the longest series) and `legend.csv`, which says what each id stands for.
 * The same package gives the same bytes.
 */
export const makeSample = async (): Promise<Record<'m4-sample.csv' | 'legend.csv', string>> => {
  const all = await cutAll();
  const width = 1 + Math.max(...all.map(({ values }) => values.length));
  const header = Array.from({ length: width }, (_, column) => `V${column + 1}`);
  const wide = all.map(({ id, values }) => {
    const cells = [id, ...values.map((value) => value ?? '')];
    return [...cells, ...Array.from({ length: width - cells.length }, () => '')];
  });
  const legend = all.map(({ id, source, description }) => [id, source, description]);
  return { 'm4-sample.csv': csv([header, ...wide]), 'legend.csv': csv([['id', 'file', 'description'], ...legend]) };
};

const cutAll = async (): Promise<(SampleSeries & { id: string })[]> => {
  const numbers = { H: 0, D: 0, M: 0, Y: 0 };
  const all: (SampleSeries & { id: string })[] = [];
  for (const { file, series } of CUTS) {
    for (const one of series(await readTable(file))) {
      numbers[one.frequency] += 1;
      all.push({ id: `${one.frequency}${numbers[one.frequency]}`, source: file, ...one });
    }
  }
  return all;
};

/** As in M4: what is there stands in quotes, what is not is empty. No value here has a quote in it. */
const csv = (rows: string[][]): string =>
  rows.map((cells) => `${cells.map((cell) => (cell === '' ? '' : `"${cell}"`)).join(',')}\n`).join('');

if (import.meta.main) {
  const folder = path.join(import.meta.dirname, 'sample');
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(await makeSample())) await writeFile(path.join(folder, name), text);
}
