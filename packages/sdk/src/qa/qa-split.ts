import { textWithEnds } from '@batchmill/dataset';
import type { QaSample } from './qa-sample.ts';

/** Samples by position, from 0. */
export type Samples = { length: number; sample(position: number): Promise<QaSample> };

/** The samples of one split. None is held: each is read when it is asked for. */
export class QaSplit implements AsyncIterable<QaSample> {
  readonly name: string;
  readonly length: number;
  readonly #samples: Samples;
  readonly #toAnswer: (answer: string) => string;

  /** `eos` ends each answer that does not end with it already. */
  constructor(name: string, samples: Samples, eos: string) {
    this.name = name;
    this.length = samples.length;
    this.#samples = samples;
    this.#toAnswer = textWithEnds({ strip: true, suffix: eos });
  }

  /**
   * The sample at a position; a negative one counts from the end.
   * @throws RangeError where there is none
   */
  async at(position: number): Promise<QaSample> {
    const index = position < 0 ? this.length + position : position;
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`the split "${this.name}" has ${this.length} samples, and none at ${position}`);
    const sample = await this.#samples.sample(index);
    return { ...sample, answer: this.#toAnswer(sample.answer) };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QaSample, void, undefined> {
    for (let position = 0; position < this.length; position += 1) yield await this.at(position);
  }
}
