import type { Json } from '@batchmill/contracts';
import { KeyedStore } from '@batchmill/dataset';
import { worthOf } from '@batchmill/providers/batch-files';
import type { AnswerToMerge, MergeItem, MergedRow } from './merge-answers.ts';

/** What counts of the answers to one request. */
type Answer = { value: Json } | { outcome: MergedRow['outcome']; reason: { code: string; message: string } };

/** Answers by the id of their request; of several the best one counts, of equal ones the first. */
export class AnswerBook implements Disposable {
  readonly #store = new KeyedStore<[worth: number, id: string, answer: Answer]>();
  readonly #lines: number[] = [];
  readonly #taken: boolean[] = [];
  #nameless = 0;

  add(given: AnswerToMerge): void {
    const { customId } = given;
    if (customId === null) {
      this.#nameless += 1;
      return;
    }
    const { answer, worth } = worthAndAnswer(given);
    const { number, isKnown } = this.#store.add(customId, [worth, customId, answer]);
    this.#lines[number] = (this.#lines[number] ?? 0) + 1;
    if (isKnown && this.#store.read(number)[0] < worth) this.#store.replace(number, [worth, customId, answer]);
  }

  /** The answer with this id, which counts as matched from now on; null where there is none. */
  take(id: string): Answer | null {
    const number = this.#store.numberOf(id);
    if (number === null) return null;
    this.#taken[number] = true;
    return this.#store.read(number)[2];
  }

  *duplicates(): Generator<Extract<MergeItem, { kind: 'duplicate' }>> {
    for (const [number, lines] of this.#lines.entries())
      if (lines > 1) yield { kind: 'duplicate', customId: this.#store.read(number)[1], lines };
  }

  *untaken(): Generator<Extract<MergeItem, { kind: 'unmatched' }>> {
    for (const [number, lines] of this.#lines.entries())
      if (this.#taken[number] !== true) yield { kind: 'unmatched', customId: this.#store.read(number)[1], lines };
    if (this.#nameless > 0) yield { kind: 'unmatched', customId: null, lines: this.#nameless };
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}

const worthAndAnswer = (given: AnswerToMerge): { worth: number; answer: Answer } => {
  if (!('outcome' in given) || given.outcome === 'ok')
    return { worth: worthOf({ kind: 'answer' }), answer: { value: given.value } };
  const { outcome, reason } = given;
  const kind = outcome === 'refused' || outcome === 'truncated' ? outcome : 'error';
  return { worth: worthOf({ kind }), answer: { outcome, reason } };
};
