import type { Fields, Json, Plot } from '@batchmill/contracts';
import { compileTemplate } from '@batchmill/templates';
import { inPlace } from './in-place.ts';
import type { PlotOptions } from './plots/plot-options.ts';
import type { PlotRenderer } from './plots/plot-renderer.ts';
import type { Series } from './plots/series-line.ts';
import { RowRequestError, shortened } from './row-request-error.ts';

export type Picture = { type: 'image/png' | 'image/svg+xml'; bytes: Uint8Array };

/** The plot of a row. Throws `RowRequestError` where the row has nothing that can be drawn. */
export const compilePlot = (plot: Plot, plots: PlotRenderer): ((scope: Fields) => Promise<Picture>) => {
  const { fields, format = 'png' } = plot;
  const optionsOf = compileOptions(plot);
  return async (scope) => {
    const lines = fields.map((field) => ({ name: field, series: seriesOf(field, scope) }));
    const options = await optionsOf(scope);
    try {
      return { type: MEDIA_TYPES[format], bytes: await plots.render(lines, options, format) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const named = fields.map((field) => `"${field}"`).join(', ');
      const message = `the ${fields.length === 1 ? 'field' : 'fields'} ${named}: ${error.message}`;
      throw new RowRequestError('plot-not-numbers', message, { cause: error });
    }
  };
};

const MEDIA_TYPES = { png: 'image/png', svg: 'image/svg+xml' } as const;

const compileOptions = ({ width, height, title, xLabel, yLabel }: Plot): ((scope: Fields) => Promise<PlotOptions>) => {
  const size = { ...(width === undefined ? {} : { width }), ...(height === undefined ? {} : { height }) };
  const texts = Object.entries({ title, xLabel, yLabel }).flatMap(([name, source]) =>
    source === undefined ? [] : [{ name, template: compileTemplate(source) }],
  );
  return async (scope) => {
    const rendered: Record<string, string> = {};
    for (const { name, template } of texts) {
      rendered[name] = await inPlace(`plot, ${PLACES[name] ?? name}`, () => template.render(scope));
    }
    return { ...size, ...rendered };
  };
};

/** As they are called in a pipeline file. */
const PLACES: Record<string, string> = { xLabel: 'x_label', yLabel: 'y_label' };

const seriesOf = (field: string, scope: Fields): Series => {
  if (!Object.hasOwn(scope, field)) throw new RowRequestError('unknown-field', `unknown field "${field}" to plot`);
  return numbersOf(field, scope[field]);
};

const numbersOf = (field: string, value: Json | undefined): Series => {
  const wrong = Array.isArray(value) ? value.findIndex((one) => one !== null && typeof one !== 'number') : -1;
  if (Array.isArray(value) && wrong === -1) return value as (number | null)[];
  const found = Array.isArray(value) ? `element ${wrong} is ${kindOf(value[wrong])}` : `it is ${kindOf(value)}`;
  throw new RowRequestError(
    'plot-not-numbers',
    `the field "${field}" is to be plotted, so it must be a list of numbers; ${found}`,
  );
};

const kindOf = (value: Json | undefined): string => {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? `the text "${shortened(value)}"` : `the ${typeof value} ${value}`;
};
