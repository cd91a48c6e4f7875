import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { damage, hourlySeries, randomFrom, wideCsv } from './support/damaged-series.ts';
import type { Damaged } from './support/damaged-series.ts';
import { readReport } from './support/data-files.ts';
import { batchmill } from './support/processes.ts';
import { referenceNormalization } from './support/reference-normalization.ts';
import { startSimulatorBeside } from './support/simulator.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const SERIES = 120;
const QUANTILES = [0.005, 0.995] as const;

const PIPELINE = `name: normalized
source: { format: m4, path: Hourly-made.csv }
key: "series-{{ series_id }}"
max_invalid: 10%
shards: { rows: 40 }
steps:
  - id: clean
    transform: { normalize: { field: series, missing: interpolate, clip: { quantile: [${QUANTILES.join(', ')}] }, into: z } }
  - id: keep
    transform: { normalize: { field: series, method: none, missing: keep, into: kept } }
  - id: caption
    generate:
      provider: simulator
      model: gpt-4o-mini
      messages:
        - role: user
          content:
            - text: "{{ frequency }}: mean {{ normalization.z.mean }} of {{ normalization.z.points }} points."
            - image: { plot: { fields: [z], title: "{{ frequency }}", x_label: Hours, y_label: Deviations }, detail: high }
      into: caption
output:
  - { format: jsonl, file: series.jsonl, rows: all, columns: [_key, z, kept, normalization] }
  - { format: jsonl, file: captions.jsonl, columns: [_key, caption] }
`;

type Figures = Record<string, number | boolean | string>;
type Delivered = { _key: string; z: number[]; kept: (number | null)[]; normalization: { z: Figures; kept: Figures } };

test('hourly series with gaps, spikes and constant ones: every row has an outcome, and the figures are those of a reference', async () => {
  await using folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  await using simulator = await startSimulatorBeside(at('simulator'));
  const random = randomFrom(414);
  const whole = hourlySeries(SERIES, random).map((one) => damage(one, random));
  const constant = [5, 0.1, -3e6].map((value, index): Damaged => ({
    id: `C${index}`,
    values: Array.from({ length: 700 }, () => value),
  }));
  const odd = [
    { id: 'one-value', values: [7] },
    { id: 'no-value', values: [] },
    { id: 'infinite', values: [1, 'inf', 3] },
    { id: 'text', values: [1, 'two', 3] },
  ];
  await writeFile(at('Hourly-made.csv'), wideCsv([...whole, ...constant, ...odd]));
  await writeFile(at('pipeline.yaml'), PIPELINE);

  const command = ['run', at('pipeline.yaml'), '--out', at('out'), '--data', at('state')];
  const run = await batchmill(command, { BATCHMILL_SIMULATOR_URL: simulator.url });
  expect(run.code, run.output).toBe(3);

  const { rows, outcomes } = await readReport(at('out'));
  const total = SERIES + constant.length + odd.length;
  // Two series hold what is no finite number; the one without any value cannot be drawn.
  expect(outcomes).toEqual({ ok: total - 3, invalid: 3 });
  expect(rows.source).toBe(total);
  const rejects = await linesOf<{ _key: string; reason: { code: string } }>(at('out/rejects.jsonl'));
  expect(rejects).toHaveLength(3);
  expect(await linesOf(at('out/captions.jsonl'))).toHaveLength(total - 3);

  const delivered = new Map((await linesOf<Delivered>(at('out/series.jsonl'))).map((row) => [row._key, row]));
  for (const { id, values } of [...whole, ...constant]) {
    const row = delivered.get(`series-${id}`);
    if (row === undefined) throw new Error(`${id} is not delivered`);
    const { values: expected, ...figures } = referenceNormalization(values, QUANTILES);
    expectClose(row.z, expected);
    const { mean, std, min, max, missing, clipped, filled, points } = row.normalization.z;
    expectClose([mean, std, min, max].map(Number), [figures.mean, figures.std, figures.min, figures.max]);
    const counts = { missing, filled, clipped, points };
    const { missing: gaps, clipped: moved } = figures;
    expect(counts).toEqual({ missing: gaps, filled: gaps, clipped: moved, points: values.length });
    expect(row.normalization.z['constant']).toBe(figures.min === figures.max);
    expect(row.kept).toEqual(values);
  }
  expect(delivered.get('series-one-value')).toMatchObject({
    z: [0],
    normalization: { z: { std: null, constant: true } },
  });
});

/** Every line must be JSON: NaN and Infinity are none. */
const linesOf = async <Line>(file: string): Promise<Line[]> =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

const expectClose = (found: readonly number[], expected: readonly number[]): void => {
  expect(found).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  const error = Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? Number.NaN))));
  expect(error / largest).toBeLessThan(1e-9);
};
