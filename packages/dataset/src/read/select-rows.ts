import { InputError, rowIdOf } from '@batchmill/contracts';
import type { CompiledPipeline, Fields, Problem, Row } from '@batchmill/contracts';
import { compileTemplate, rowScope } from '@batchmill/templates';
import type { Template } from '@batchmill/templates';
import type { SourceProblem, SourceRow } from './source-file.ts';

/** What is taken of a source, numbered in source order. A row's home shard is not known yet. */
export type SelectedRow =
  | { kind: 'row'; ordinal: number; file: string; row: Row; unjoined?: readonly string[] }
  | { kind: 'rejected'; ordinal: number; file: string; line: number; problem: Problem };

type Selection = Pick<CompiledPipeline, 'source' | 'key' | 'vars'>;

/**
 * Gives rows their keys and takes those that the source wants: from `fromKey` on, of these the `keys`, of these the first
 * `limit`. Records that cannot be used are taken where they stand among them; with `keys`, where they are known by name.
 */
export class RowSelector {
  readonly #pipeline: Selection;
  readonly #key: Template;
  readonly #wanted: ReadonlySet<string> | undefined;
  readonly #unseen: Set<string>;
  #started: boolean;
  #taken = 0;

  constructor(pipeline: Selection) {
    this.#pipeline = pipeline;
    this.#key = compileTemplate(pipeline.key);
    this.#wanted = pipeline.source.keys === undefined ? undefined : new Set(pipeline.source.keys);
    this.#unseen = new Set(pipeline.source.keys);
    this.#started = pipeline.source.fromKey === undefined;
  }

  /** No later row will be taken, and none need be read. Wanted keys are looked for to the end. */
  get isDone(): boolean {
    const { limit = Infinity } = this.#pipeline.source;
    return this.#taken >= limit && (this.#unseen.size === 0 || limit === 0);
  }

  /** Of the next record of the source: what is taken, or null. */
  take(item: SourceRow | SourceProblem): SelectedRow | null {
    const { limit = Infinity, fromKey } = this.#pipeline.source;
    const keyed = this.#withKey(item);
    if (keyed.key !== null && keyed.key === fromKey) this.#started = true;
    if (!this.#started || !this.#isWanted(item, keyed.key) || this.#taken >= limit) return null;
    const ordinal = this.#taken;
    this.#taken += 1;
    const { file, line } = item;
    if ('problem' in keyed) return { kind: 'rejected', ordinal, file, line, problem: keyed.problem };
    const row: Row = { id: rowIdOf(ordinal), key: keyed.key, home: 0, line, fields: keyed.fields };
    return { kind: 'row', ordinal, file, row, ...(keyed.unjoined === undefined ? {} : { unjoined: keyed.unjoined }) };
  }

  /** @throws InputError where the source has ended and a key that was asked for was not in it */
  finish(): void {
    const { fromKey } = this.#pipeline.source;
    if (!this.#started) throw new InputError([unknownFromKey(fromKey ?? '')]);
    if (this.#unseen.size > 0) throw new InputError([unknownKeys([...this.#unseen], fromKey)]);
  }

  /** By its key, as a time series by its id, or as the record that its reader could name. */
  #isWanted(item: SourceRow | SourceProblem, key: string | null): boolean {
    const wanted = this.#wanted;
    if (wanted === undefined) return true;
    const fields = 'problem' in item ? item.record : item.fields;
    const id = this.#pipeline.source.format === 'm4' ? fields?.['series_id'] : undefined;
    const named = 'problem' in item ? item.problem.place?.row : undefined;
    const names = [key, id, named].flatMap((name) => (typeof name === 'string' && wanted.has(name) ? [name] : []));
    for (const name of names) this.#unseen.delete(name);
    return names.length > 0;
  }

  #withKey(item: SourceRow | SourceProblem): Keyed {
    const { file, line } = item;
    if ('problem' in item) {
      const made = item.record === undefined ? null : this.#keyOf(item.record, line);
      return { key: made !== null && 'key' in made ? made.key : null, problem: item.problem };
    }
    const made = this.#keyOf(item.fields, line);
    if ('key' in made) return { ...item, key: made.key };
    return { key: null, problem: { ...made.problem, place: { file, line } } };
  }

  #keyOf(fields: Fields, line: number): { key: string } | { problem: Problem } {
    const row: Row = { id: '', key: '', home: 0, line, fields };
    try {
      const key = this.#key.render(rowScope(row, this.#pipeline.vars));
      if (key.trim() !== '') return { key };
      return { problem: { code: 'empty-key', message: 'the key is empty', remedy: EMPTY_KEY } };
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/ \(line \d+, column \d+\)$/, '') : String(error);
      const names = Object.keys(fields).slice(0, SHOWN_FIELDS).join(', ');
      return {
        problem: { code: 'no-key', message: `the key cannot be made: ${reason}`, remedy: `The row has: ${names}` },
      };
    }
  }
}

type Keyed = (SourceRow & { key: string }) | { key: string | null; problem: Problem };

const SHOWN_FIELDS = 12;
const EMPTY_KEY = 'Give the row a key; `key: _line` numbers rows that have no name of their own';

const unknownFromKey = (fromKey: string): Problem => ({
  code: 'unknown-key',
  message: 'no row has the key given as --from-key',
  found: JSON.stringify(fromKey),
  remedy: 'Give the key as the outputs show it (`_key`)',
});

const SHOWN_KEYS = 20;

const unknownKeys = (keys: readonly string[], fromKey: string | undefined): Problem => {
  const shown = keys.slice(0, SHOWN_KEYS).join(', ');
  const where = fromKey === undefined ? '' : ` from ${JSON.stringify(fromKey)} on`;
  return {
    code: 'unknown-key',
    message: `${keys.length === 1 ? 'one of the ids is' : `${keys.length} of the ids are`} not in the source${where}`,
    found: keys.length > SHOWN_KEYS ? `${shown}, …` : shown,
    remedy: 'Give the keys of rows as the outputs show them (`_key`); for the format m4 the ids of series will do',
  };
};
