import type { Fields, Plot } from '@batchmill/contracts';
import { describe, expect, test } from 'vitest';
import type { PlotRenderer } from './index.ts';
import { compilePlot } from './plot-picture.ts';
import { RowRequestError } from './row-request-error.ts';

/** Draws what it is told as JSON. */
const plots: PlotRenderer = {
  concurrency: 1,
  render: async (...asked) => Buffer.from(JSON.stringify(asked)),
  close: async () => {},
};

const drawn = async (plot: Plot, fields: Fields) => {
  const { type, bytes } = await compilePlot(plot, plots)(fields);
  return { type, asked: JSON.parse(Buffer.from(bytes).toString()) as unknown };
};
const failureOf = async (plot: Plot, fields: Fields, by = plots): Promise<string> => {
  const picture = compilePlot(plot, by)(fields);
  const error = await picture.then(
    () => new Error('no error'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RowRequestError)) throw error;
  return `${error.code}: ${error.message}`;
};

test('what is not said is left to the drawing, and the picture is a PNG', async () => {
  expect(await drawn({ fields: ['s'] }, { s: [1, null] })).toEqual({
    type: 'image/png',
    asked: [[{ name: 's', series: [1, null] }], {}, 'png'],
  });
});

test('texts are templates over the row; several fields are several lines, in their order', async () => {
  const plot: Plot = {
    fields: ['z', 's'],
    width: 800,
    height: 300,
    title: '{{ frequency }} series {{ s | size }}',
    xLabel: 'Time in {{ unit }}',
    yLabel: 'Value',
    format: 'svg',
  };
  expect(await drawn(plot, { s: [1, 2], z: [-1, 1], frequency: 'Hourly', unit: 'hours' })).toEqual({
    type: 'image/svg+xml',
    asked: [
      [
        { name: 'z', series: [-1, 1] },
        { name: 's', series: [1, 2] },
      ],
      { width: 800, height: 300, title: 'Hourly series 2', xLabel: 'Time in hours', yLabel: 'Value' },
      'svg',
    ],
  });
});

describe('a row that cannot be drawn is told', () => {
  test.each<[string, Plot, Fields, string]>([
    ['a field of several is unknown', { fields: ['s', 't'] }, { s: [1] }, 'unknown-field: unknown field "t" to plot'],
    [
      'one of several is no list',
      { fields: ['s', 't'] },
      { s: [1], t: 5 },
      '"t" is to be plotted, so it must be a list',
    ],
    [
      'a text names an unknown field',
      { fields: ['s'], yLabel: '{{ unit }}' },
      { s: [1] },
      'unknown-field: plot, y_label: unknown field "unit" (line 1, column 4)',
    ],
    [
      'a text is null',
      { fields: ['s'], title: '{{ f }}' },
      { s: [1], f: null },
      'null-in-text: plot, title: {{ f }} is null',
    ],
  ])('%s', async (_, plot, fields, message) => {
    expect(await failureOf(plot, fields)).toContain(message);
  });

  test('no field has a number', async () => {
    const empty: PlotRenderer = { ...plots, render: () => Promise.reject(new RangeError('nothing to draw')) };
    expect(await failureOf({ fields: ['s', 't'] }, { s: [], t: [null] }, empty)).toBe(
      'plot-not-numbers: the fields "s", "t": nothing to draw',
    );
  });
});
