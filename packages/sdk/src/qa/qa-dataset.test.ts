import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fields } from '@batchmill/contracts';
import { openWriter } from '@batchmill/dataset';
import { beforeEach, describe, expect, test } from 'vitest';
import { QADataset } from './qa-dataset.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qa-dataset-'));
  return () => rm(folder, { recursive: true, force: true });
});
const at = (name: string): string => join(folder, name);

const parquet = async (name: string, types: Record<string, string>, rows: Fields[]): Promise<void> => {
  const chunks: Uint8Array[] = [];
  const columns = Object.entries(types).map(([column, type]) => ({ name: column, type }));
  const sink = async (chunk: Uint8Array): Promise<void> => void chunks.push(chunk);
  const writer = openWriter({ format: 'parquet', columns, sink, rowGroupBytes: 500 });
  for (const row of rows) await writer.write(row);
  await writer.finish();
  await mkdir(join(at(name), '..'), { recursive: true });
  await writeFile(at(name), Buffer.concat(chunks));
};

const QA_TYPES = {
  id: 'string',
  pre_prompt: 'string',
  time_series: 'list<list<double>>',
  time_series_text: 'list<string>',
  post_prompt: 'string',
  answer: 'string',
};
const sample = (id: number, answer = `answer ${id}`) => ({
  id: `row-${id}`,
  pre_prompt: 'before',
  time_series: [[id, null, 0.5]],
  time_series_text: ['text'],
  post_prompt: 'after',
  answer,
});
const samples = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => sample(from + i));
const answersOf = async (dataset: QADataset, split: string): Promise<string[]> =>
  (await Array.fromAsync(dataset.split(split))).map(({ answer }) => answer);

describe('a folder that a pipeline has made', () => {
  beforeEach(async () => {
    await parquet('qa/train-00000.parquet', QA_TYPES, samples(0, 30));
    await parquet('qa/train-00001.parquet', QA_TYPES, samples(30, 40));
    await parquet('qa/validation-00000.parquet', QA_TYPES, samples(40, 45));
    await parquet('qa/test-00000.parquet', QA_TYPES, []);
    await writeFile(at('qa/README.md'), '# card\n');
  });

  test('has its splits, with length, access by index and iteration', async () => {
    const dataset = await QADataset.open(at('qa'));
    expect(dataset.splits).toEqual(['train', 'validation', 'test']);
    const train = dataset.split('train');
    expect(train.length).toBe(40);
    expect(await train.at(0)).toEqual(sample(0));
    expect(await train.at(39)).toEqual(sample(39));
    expect(await train.at(-1)).toEqual(sample(39));
    expect(await Array.fromAsync(train)).toEqual(samples(0, 40));
    expect(await Array.fromAsync(dataset.split('validation'))).toEqual(samples(40, 45));
    expect(dataset.split('test').length).toBe(0);
  });

  test('has no split and no sample that is not there', async () => {
    const dataset = await QADataset.open(at('qa'));
    expect(() => dataset.split('dev')).toThrow(/no split "dev".*/);
    for (const position of [40, -41, 0.5])
      await expect(dataset.split('train').at(position)).rejects.toThrow(RangeError);
    await expect(dataset.split('test').at(0)).rejects.toThrow(RangeError);
  });

  test('defect 10 of the old scripts: each instance has its own end-of-sequence token, not that of the first', async () => {
    const first = await QADataset.open(at('qa'), { eos: '</s>' });
    const second = await QADataset.open(at('qa'), { eos: '<|end|>' });
    const third = await QADataset.open(at('qa'));
    expect((await first.split('train').at(1)).answer).toBe('answer 1</s>');
    expect((await second.split('train').at(1)).answer).toBe('answer 1<|end|>');
    expect((await third.split('train').at(1)).answer).toBe('answer 1');
    expect((await first.split('train').at(1)).answer).toBe('answer 1</s>');
  });

  test('has no second token where an answer ends with it already', async () => {
    await parquet('eos/train-00000.parquet', QA_TYPES, [sample(0, 'a</s>'), sample(1, ' b </s>\n')]);
    expect(await answersOf(await QADataset.open(at('eos'), { eos: '</s>' }), 'train')).toEqual(['a</s>', 'b</s>']);
  });
});

test('one file, a folder `data` as on the Hub, and a folder without splits are opened too', async () => {
  await parquet('hub/data/train-00000-of-00001.parquet', QA_TYPES, samples(0, 3));
  await parquet('plain/part-00000.parquet', QA_TYPES, samples(0, 4));
  expect((await QADataset.open(at('hub'))).split('train').length).toBe(3);
  expect((await QADataset.open(at('plain'))).split('train').length).toBe(4);
  const file = await QADataset.open(at('hub/data/train-00000-of-00001.parquet'));
  expect(file.splits).toEqual(['train']);
});

describe('the files of the old scripts', () => {
  const captions = Array.from({ length: 20 }, (_, i) => ({ Caption: ` caption ${i} `, Series: [i, i + 0.5] }));
  const csv = (head: string, rows: string[][]): string =>
    `${head}\n${rows.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n')}\n`;
  const captionRows = captions.map((_, i) => [`W${i}`, `caption ${i}`]);
  const seriesRows = captions.map(({ Series }, i) => [`W${i}`, JSON.stringify(Series)]);

  test('Caption and Series in Parquet have the splits of scikit-learn, as the first of the scripts', async () => {
    await parquet('m4_captions_series.parquet', { Caption: 'string', Series: 'list<double>' }, captions);
    const dataset = await QADataset.open(at('m4_captions_series.parquet'));
    expect(dataset.splits).toEqual(['train', 'validation', 'test']);
    expect(await answersOf(dataset, 'test')).toEqual(['caption 0', 'caption 17']);
    expect(await answersOf(dataset, 'validation')).toEqual(['caption 1', 'caption 15']);
    expect(await dataset.split('test').at(1)).toMatchObject({ time_series: [[17, 17.5]] });
  });

  test('Caption and Series in CSV are the same', async () => {
    await writeFile(
      at('m4.csv'),
      csv(
        'Caption,Series',
        captions.map((row) => [row.Caption, JSON.stringify(row.Series)]),
      ),
    );
    const dataset = await QADataset.open(at('m4.csv'), { eos: '.', texts: { pre_prompt: 'Look:' } });
    expect(await dataset.split('test').at(1)).toEqual({
      pre_prompt: 'Look:',
      time_series: [[17, 17.5]],
      time_series_text: [expect.any(String)],
      post_prompt: expect.any(String),
      answer: 'caption 17.',
    });
  });

  test('the pair of CSVs is joined by id, and has the splits of Hugging Face datasets', async () => {
    await writeFile(at('m4_captions_Weekly.csv'), csv('id,caption', captionRows.toReversed()));
    await writeFile(at('m4_series_Weekly.csv'), csv('id,series', seriesRows));
    const dataset = await QADataset.open(folder);
    expect(await answersOf(dataset, 'test')).toEqual(['caption 9', 'caption 15']);
    expect(await answersOf(dataset, 'validation')).toEqual(['caption 11', 'caption 18']);
    expect(await dataset.split('test').at(0)).toMatchObject({ id: 'W9', time_series: [[9, 9.5]] });
    expect(dataset.unpaired).toEqual([]);
  });

  test('ids without a counterpart are told and in no split; several frequencies follow each other', async () => {
    await writeFile(at('m4_captions_Hourly.csv'), csv('id,caption', [['H1', 'hourly']]));
    await writeFile(at('m4_series_Hourly.csv'), csv('id,series', [['H1', '[1]']]));
    await writeFile(at('m4_captions_Weekly.csv'), csv('id,caption', captionRows.slice(0, 9)));
    await writeFile(at('m4_series_Weekly.csv'), csv('id,series', seriesRows.slice(1, 10)));
    const split = { method: 'sklearn' as const, shares: [{ name: 'all', share: 1 }], seed: 1 };
    const dataset = await QADataset.open(folder, { split });
    expect((await answersOf(dataset, 'all')).slice(0, 2)).toEqual(['hourly', 'caption 1']);
    expect(dataset.split('all').length).toBe(9);
    expect(dataset.unpaired).toEqual([
      { file: 'm4_series_Weekly.csv', id: 'W9', missing: 'caption' },
      { file: 'm4_captions_Weekly.csv', id: 'W0', missing: 'series' },
    ]);
  });

  test('NaN that the scripts wrote into their JSON is a missing value', async () => {
    await writeFile(at('a.csv'), csv('Caption,Series', [['c', '[1.0, NaN, -Infinity]']]));
    const split = { method: 'sklearn' as const, shares: [{ name: 'all', share: 1 }], seed: 1 };
    expect(await (await QADataset.open(at('a.csv'), { split })).split('all').at(0)).toMatchObject({
      time_series: [[1, null, null]],
    });
  });

  test.each([
    ['a file without its counterpart', { 'm4_captions_a.csv': 'id,caption\n' }, 'm4_captions_a.csv has no counterpart'],
    [
      'an id that stands twice',
      { 'm4_captions.csv': 'id,caption\nx,1\nx,2\n', 'm4_series.csv': 'id,series\nx,[1]\n' },
      'rows 1 and 2',
    ],
    [
      'no id in common',
      { 'm4_captions.csv': 'id,caption\nx,1\n', 'm4_series.csv': 'id,series\ny,[1]\n' },
      'no id in common',
    ],
    ['a column that is not there', { 'm4.csv': 'text,Series\na,[1]\n' }, 'no column "caption"'],
    ['an empty folder', {}, 'no Parquet or CSV file'],
    ['two files of which neither is said', { 'a.csv': 'a\n1\n', 'b.csv': 'a\n1\n' }, 'not which to open'],
  ])('%s is refused with what is wrong', async (_what, files, message) => {
    for (const [name, text] of Object.entries(files)) await writeFile(at(name), text);
    await expect(QADataset.open(folder)).rejects.toThrow(message);
  });

  test('a series that is none is refused when it is asked for, with its file and row', async () => {
    await writeFile(
      at('a.csv'),
      csv('Caption,Series', [
        ['c', '[]'],
        ['c', 'x'],
        ['c', '[[1]]'],
      ]),
    );
    const split = { method: 'sklearn' as const, shares: [{ name: 'all', share: 1 }], seed: 1 };
    const all = (await QADataset.open(at('a.csv'), { split })).split('all');
    for (const position of [0, 1, 2]) await expect(all.at(position)).rejects.toThrow(`row ${position + 1}`);
  });
});
