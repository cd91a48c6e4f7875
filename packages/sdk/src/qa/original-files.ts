import { InputError } from '@batchmill/contracts';
import type { Problem } from '@batchmill/contracts';
import { KeyIndex } from '@batchmill/dataset';
import type { NamedTable } from './qa-files.ts';
import { idOf, plainText, seriesOf, textOf } from './qa-sample.ts';
import type { QaSample } from './qa-sample.ts';
import type { Samples } from './qa-split.ts';

export type QaTexts = { pre_prompt: string; time_series_text: string; post_prompt: string };

/** Ids that stand in one file of a pair only. */
export type Unpaired = { file: string; id: string; missing: 'caption' | 'series' };

/** A file that has captions and series in the columns `Caption` and `Series`, large or small. */
export const samplesOfFile = ({ file, table }: NamedTable, texts: QaTexts): Samples => {
  const column = columnFinder(file, table.columns);
  const [caption, series] = [column('caption'), column('series')];
  const id = table.columns.find((name) => name.toLowerCase() === 'id');
  return {
    length: table.rows,
    sample: async (position) => {
      const fields = await table.row(position);
      const place = { file, line: position + 1 };
      return {
        ...idOf(fields, id),
        ...sampleWith(texts, seriesOf(fields[series], series, place), textOf(fields, caption, place)),
      };
    },
  };
};

/**
 * Captions and series joined by `id`, in the order of the series. Memory: some 60 bytes a row, and the ids without a pair.
 * @throws InputError where an id stands twice in a file, or the files have none in common
 */
export const samplesOfPair = async (
  captions: NamedTable,
  series: NamedTable,
  texts: QaTexts,
): Promise<{ samples: Samples; unpaired: Unpaired[] }> => {
  const ofCaptions = columnFinder(captions.file, captions.table.columns);
  const ofSeries = columnFinder(series.file, series.table.columns);
  const [captionId, caption, seriesId, numbers] = [
    ofCaptions('id'),
    ofCaptions('caption'),
    ofSeries('id'),
    ofSeries('series'),
  ];
  const captionPlaces = await placesOf(captions, captionId);
  const seriesPlaces = await placesOf(series, seriesId);
  const pairs: { captions: number[]; series: number[] } = { captions: [], series: [] };
  const unpaired: Unpaired[] = [];
  let position = 0;
  for await (const fields of series.table.all()) {
    const id = plainText(fields[seriesId]);
    const place = captionPlaces.find(id);
    if (place === null) unpaired.push({ file: series.file, id, missing: 'caption' });
    else {
      pairs.captions.push(place - 1);
      pairs.series.push(position);
    }
    position += 1;
  }
  for await (const fields of captions.table.all()) {
    const id = plainText(fields[captionId]);
    if (seriesPlaces.find(id) === null) unpaired.push({ file: captions.file, id, missing: 'series' });
  }
  if (pairs.series.length === 0) throw nothingInCommon(captions.file, series.file);

  const sample = async (number: number): Promise<QaSample> => {
    const [captionAt, seriesAt] = [pairs.captions[number] ?? -1, pairs.series[number] ?? -1];
    const [withCaption, withSeries] = await Promise.all([captions.table.row(captionAt), series.table.row(seriesAt)]);
    const values = seriesOf(withSeries[numbers], numbers, { file: series.file, line: seriesAt + 1 });
    const answer = textOf(withCaption, caption, { file: captions.file, line: captionAt + 1 });
    return { ...idOf(withSeries, seriesId), ...sampleWith(texts, values, answer) };
  };
  return { samples: { length: pairs.series.length, sample }, unpaired };
};

const PROBLEMS_SHOWN = 20;

/** Position of each id, from 1. */
const placesOf = async ({ file, table }: NamedTable, idColumn: string): Promise<KeyIndex> => {
  const places = new KeyIndex();
  const problems: Problem[] = [];
  let place = 0;
  for await (const fields of table.all()) {
    place += 1;
    const id = plainText(fields[idColumn]);
    const first = places.add(id, place);
    if (first !== null && problems.length < PROBLEMS_SHOWN) problems.push(twice(file, id, first, place));
  }
  if (problems.length > 0) throw new InputError(problems);
  return places;
};

const sampleWith = (texts: QaTexts, series: (number | null)[], answer: string): QaSample => ({
  pre_prompt: texts.pre_prompt,
  time_series: [series],
  time_series_text: [texts.time_series_text],
  post_prompt: texts.post_prompt,
  answer,
});

/** The column of a name, whatever its case. */
const columnFinder =
  (file: string, columns: readonly string[]) =>
  (wanted: string): string => {
    const found = columns.find((column) => column.toLowerCase() === wanted);
    if (found !== undefined) return found;
    throw new InputError([
      {
        code: 'qa-column',
        message: `${file} has no column "${wanted}"`,
        place: { file },
        found: columns.join(', '),
        expected: `a column named "${wanted}", in large or small letters`,
      },
    ]);
  };

const twice = (file: string, id: string, first: number, second: number): Problem => ({
  code: 'qa-id',
  message: `the id "${id}" stands in rows ${first} and ${second}`,
  place: { file },
  expected: 'each id once, so that it is clear which caption belongs to which series',
  remedy: 'Remove one of the two',
});

const nothingInCommon = (captions: string, series: string): InputError =>
  new InputError([
    {
      code: 'qa-pair',
      message: `${captions} and ${series} have no id in common`,
      expected: 'ids of the captions among those of the series',
      remedy: 'Check that both files are of the same frequency and of the same job',
    },
  ]);
