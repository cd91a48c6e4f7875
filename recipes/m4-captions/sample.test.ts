import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readSource } from '@batchmill/dataset';
import { expect, test } from 'vitest';
import { makeSample } from './make-sample.ts';

const SAMPLE = path.join(import.meta.dirname, 'sample');
const COMPETITION_ID = /^([A-Z])\d+$/;
const FREQUENCIES: Record<string, string> = { H: 'Hourly', D: 'Daily', M: 'Monthly', Y: 'Yearly' };

const readSample = async () => {
  const name = path.join(SAMPLE, 'm4-sample.csv');
  const file = {
    name,
    bytes: (await stat(name)).size,
    open: (range?: { start: number; end: number }) =>
      createReadStream(name, range === undefined ? {} : { start: range.start, end: range.end - 1 }),
  };
  const items = [];
  for await (const item of readSource({ format: 'm4', paths: [name], derive: [] }, [file], { vars: {} })) {
    items.push(item);
  }
  return items;
};

test('the sample in the repository is what the script makes', async () => {
  for (const [name, text] of Object.entries(await makeSample())) {
    const committed = await readFile(path.join(SAMPLE, name), 'utf8');
    // Not the texts themselves: a difference of 200 kB would be printed.
    expect({ name, isSame: committed === text }).toEqual({ name, isSame: true });
  }
});

test('the sample holds at least 60 series, each with an id of its own, numbers and a frequency', async () => {
  const items = await readSample();
  const rows = items.flatMap((item) => ('fields' in item ? [item.fields] : []));
  expect(rows.length).toBe(items.length);
  expect(rows.length).toBeGreaterThanOrEqual(60);
  expect(new Set(rows.map((row) => row['series_id'])).size).toBe(rows.length);
  for (const { series_id: id, series, frequency } of rows) {
    const letter = COMPETITION_ID.exec(typeof id === 'string' ? id : '')?.[1] ?? '';
    expect({ id, frequency }).toEqual({ id, frequency: FREQUENCIES[letter] });
    expect((series as unknown[]).filter((value) => typeof value === 'number').length).toBeGreaterThan(10);
  }
});

test('a month without an observation is a gap inside the series', async () => {
  const legend = await readFile(path.join(SAMPLE, 'legend.csv'), 'utf8');
  const id = /^"(M\d+)",.*"CO2 at Mauna Loa/m.exec(legend)?.[1];
  const row = (await readSample()).find((item) => 'fields' in item && item.fields['series_id'] === id);
  expect(row !== undefined && 'fields' in row && (row.fields['series'] as unknown[]).includes(null)).toBe(true);
});
