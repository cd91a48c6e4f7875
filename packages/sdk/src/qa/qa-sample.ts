import { InputError } from '@batchmill/contracts';
import type { Fields, Json } from '@batchmill/contracts';

/** One question about a time series and its answer, under the names that training code expects. */
export type QaSample = {
  id?: string;
  pre_prompt: string;
  /** One list of numbers per series; null where a value is missing. */
  time_series: (number | null)[][];
  /** One text per series. */
  time_series_text: string[];
  post_prompt: string;
  answer: string;
};

/** Where a sample comes from, for messages. */
export type SamplePlace = { file: string; line: number };

/**
 * A row of a question-answer dataset as a sample.
 * @throws InputError for a row that is none
 */
export const sampleOf = (fields: Fields, place: SamplePlace): QaSample => {
  return {
    ...idOf(fields, 'id'),
    pre_prompt: textOf(fields, 'pre_prompt', place),
    time_series: listOf(fields, 'time_series', place).map((series) => seriesOf(series, 'time_series', place)),
    time_series_text: listOf(fields, 'time_series_text', place).map(plainText),
    post_prompt: textOf(fields, 'post_prompt', place),
    answer: textOf(fields, 'answer', place),
  };
};

export const idOf = (fields: Fields, column: string | undefined): { id?: string } => {
  const id = column === undefined ? null : (fields[column] ?? null);
  return id === null ? {} : { id: plainText(id) };
};

/** A text as it is, all else as JSON says it. */
export const plainText = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

export const textOf = (fields: Fields, name: string, place: SamplePlace): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : refuse(name, 'a text', value, place);
};

/**
 * A series as it stands in a Parquet list or as JSON text in a CSV; `NaN` and `Infinity`, which the old scripts wrote
 * into their JSON, are missing values.
 */
export const seriesOf = (value: Json | undefined, name: string, place: SamplePlace): (number | null)[] => {
  const series = typeof value === 'string' ? parsed(value) : value;
  const isSeries = Array.isArray(series) && series.length > 0 && series.every(isNumberOrNull);
  return isSeries ? series : refuse(name, 'a list of numbers that is not empty', value, place);
};

const isNumberOrNull = (value: Json): value is number | null => value === null || typeof value === 'number';

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text.replaceAll(/\bNaN\b|-?\bInfinity\b/g, 'null')) as Json;
  } catch {
    return undefined;
  }
};

const listOf = (fields: Fields, name: string, place: SamplePlace): Json[] => {
  const value = fields[name];
  return Array.isArray(value) ? value : refuse(name, 'a list', value, place);
};

const refuse = (name: string, expected: string, value: Json | undefined, { file, line }: SamplePlace): never => {
  const found = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
  throw new InputError([
    {
      code: 'qa-sample',
      message: `"${name}" of row ${line} cannot be used in a sample`,
      place: { file, path: name },
      found,
      expected,
    },
  ]);
};
