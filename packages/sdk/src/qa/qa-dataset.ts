import { InputError } from '@batchmill/contracts';
import { openSamples } from './open-samples.ts';
import type { SampleOptions } from './open-samples.ts';
import type { Unpaired } from './original-files.ts';
import { QaSplit } from './qa-split.ts';
import type { Samples } from './qa-split.ts';

export type QaOptions = SampleOptions & {
  /** End-of-sequence token: ends each answer that does not end with it. It belongs to this dataset, not to others. */
  eos?: string;
};

/** Questions about time series and their answers, read from files when they are asked for. */
export class QADataset {
  /** Names of the splits. */
  readonly splits: readonly string[];
  /** Ids that had no counterpart and are in no split; for pairs of captions and series only. */
  readonly unpaired: readonly Unpaired[];
  readonly #splits: ReadonlyMap<string, QaSplit>;

  private constructor(samples: ReadonlyMap<string, Samples>, unpaired: readonly Unpaired[], eos: string) {
    this.#splits = new Map([...samples].map(([name, of]) => [name, new QaSplit(name, of, eos)]));
    this.splits = [...samples.keys()];
    this.unpaired = unpaired;
  }

  /**
   * Opens a folder with a Parquet file per split, as a pipeline with the profile `qa` makes it; a folder with
   * `m4_captions*.csv` and `m4_series*.csv`; or a Parquet or CSV file with the columns `Caption` and `Series`.
   * @throws InputError with what is wrong with the files
   */
  static async open(path: string, { eos = '', ...options }: QaOptions = {}): Promise<QADataset> {
    const { samples, unpaired } = await openSamples(path, options);
    return new QADataset(samples, unpaired, eos);
  }

  /** @throws InputError where there is no split of this name */
  split(name: string): QaSplit {
    const split = this.#splits.get(name);
    if (split !== undefined) return split;
    throw new InputError([
      { code: 'qa-split', message: `there is no split "${name}"`, expected: `one of ${this.splits.join(', ')}` },
    ]);
  }
}
