import { InputError } from '@batchmill/contracts';
import { joinTables, permutedSplits } from '@batchmill/dataset';
import type { PermutedSplit, Table } from '@batchmill/dataset';
import { QA_TEXTS } from '@batchmill/pipeline';
import { samplesOfFile, samplesOfPair } from './original-files.ts';
import type { QaTexts, Unpaired } from './original-files.ts';
import { findQaFiles, openNamedTable } from './qa-files.ts';
import { sampleOf } from './qa-sample.ts';
import type { Samples } from './qa-split.ts';

export type SampleOptions = {
  /** For files without splits; by default those of the old scripts: 80/10/10, seed 42, by the library that they used. */
  split?: PermutedSplit;
  /** What stands around series and answer, for files that have captions and series only. */
  texts?: Partial<QaTexts>;
};

export type OpenedSamples = { samples: Map<string, Samples>; unpaired: Unpaired[] };

const SHARES = [
  { name: 'train', share: 0.8 },
  { name: 'validation', share: 0.1 },
  { name: 'test', share: 0.1 },
];
const SPLIT_OF_FILE: PermutedSplit = { method: 'sklearn', shares: SHARES, seed: 42 };
const SPLIT_OF_PAIRS: PermutedSplit = { method: 'huggingface', shares: SHARES, seed: 42 };

/** @throws InputError with what is wrong with the files */
export const openSamples = async (path: string, { split, texts = {} }: SampleOptions): Promise<OpenedSamples> => {
  const files = await findQaFiles(path);
  const allTexts = { ...QA_TEXTS, ...texts };
  switch (files.kind) {
    case 'splits': {
      const samples = new Map<string, Samples>();
      for (const [name, paths] of files.splits) samples.set(name, await samplesOfSplit(paths));
      return { samples, unpaired: [] };
    }
    case 'file': {
      const samples = samplesOfFile(await openNamedTable(files.path), allTexts);
      return { samples: splitUp(samples, split ?? SPLIT_OF_FILE), unpaired: [] };
    }
    case 'pairs': {
      const joined = [];
      for (const { captions, series } of files.pairs)
        joined.push(await samplesOfPair(await openNamedTable(captions), await openNamedTable(series), allTexts));
      const samples = oneAfterTheOther(joined.map((pair) => pair.samples));
      return {
        samples: splitUp(samples, split ?? SPLIT_OF_PAIRS),
        unpaired: joined.flatMap((pair) => pair.unpaired),
      };
    }
  }
};

const SAMPLE_COLUMNS = ['pre_prompt', 'time_series', 'time_series_text', 'post_prompt', 'answer'];

const samplesOfSplit = async (paths: readonly string[]): Promise<Samples> => {
  const tables: Table[] = [];
  const names: string[] = [];
  for (const path of paths) {
    const { file, table } = await openNamedTable(path);
    const missing = SAMPLE_COLUMNS.filter((column) => !table.columns.includes(column));
    if (missing.length > 0) throw noSamples(file, table.columns, missing);
    tables.push(table);
    names.push(file);
  }
  const { rows, row } = joinTables(tables);
  const file = names.join(', ');
  return { length: rows, sample: async (position) => sampleOf(await row(position), { file, line: position + 1 }) };
};

/** Each split has the rows that the library gives it, in the order of the source. */
const splitUp = (samples: Samples, split: PermutedSplit): Map<string, Samples> =>
  new Map(
    [...permutedSplits(split, samples.length)].map(([name, permuted]) => {
      const positions = permuted.toSorted();
      const sample: Samples['sample'] = async (position) => samples.sample(positions[position] ?? -1);
      return [name, { length: positions.length, sample }];
    }),
  );

const oneAfterTheOther = (all: readonly Samples[]): Samples => ({
  length: all.reduce((sum, { length }) => sum + length, 0),
  sample: async (position) => {
    let within = position;
    for (const samples of all) {
      if (within < samples.length) return samples.sample(within);
      within -= samples.length;
    }
    throw new RangeError(`there is no sample ${position}`);
  },
});

const noSamples = (file: string, columns: readonly string[], missing: readonly string[]): InputError =>
  new InputError([
    {
      code: 'qa-column',
      message: `${file} lacks ${missing.join(', ')}`,
      place: { file },
      found: columns.join(', '),
      expected: 'the columns that the profile `qa` of an output writes',
    },
  ]);
