import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { KeyIndex } from '@batchmill/dataset';
import { UsageError } from '../terminal/usage-error.ts';
import type { ResultRows } from './collect-results.ts';
import { readIdPattern } from './id-pattern.ts';
import type { IdPattern } from './id-pattern.ts';
import { plainName } from './plain-name.ts';
import { recordsOf } from './result-file.ts';
import type { ResultFile } from './result-file.ts';

const FILE = 'ids.jsonl';
const KEY = 'custom_id';

/** A row for each id of the results that has the pattern's form, with the parts of the id as fields. */
export const rowsOfIds = async (
  { idPattern = '', into = 'content' }: { idPattern?: string; into?: string },
  files: readonly ResultFile[],
): Promise<ResultRows> => {
  const pattern = readIdPattern(idPattern);
  const taken = [KEY, into].find((name) => pattern.fields.includes(name));
  if (taken !== undefined)
    throw new UsageError(
      `The pattern names {${taken}}, which is the field of ${taken === KEY ? 'the id itself' : 'the answer'}: give the part another name.`,
    );
  const first = await Array.fromAsync(firstOf(rowsIn(files, pattern)));
  if (first.length === 0)
    throw new UsageError(`No id of the results has the form "${idPattern}". ${await example(files)}`);
  return {
    name: plainName(basename(files[0]?.path ?? 'results')),
    file: FILE,
    key: KEY,
    into,
    format: 'jsonl',
    identity: idPattern,
    inputs: [],
    upload: async (client) => {
      const stream = Readable.from(asLines(rowsIn(files, pattern)));
      return [{ name: FILE, upload: (await client.upload(FILE, { stream })).id }];
    },
  };
};

async function* rowsIn(files: readonly ResultFile[], pattern: IdPattern): AsyncGenerator<Record<string, string>> {
  const seen = new KeyIndex();
  for await (const id of idsIn(files)) {
    const parts = pattern.take(id);
    if (parts !== null && seen.add(id, 1) === null) yield { [KEY]: id, ...parts };
  }
}

async function* idsIn(files: readonly ResultFile[]): AsyncGenerator<string> {
  for (const file of files) {
    for await (const item of recordsOf(file)) {
      const id = 'problem' in item ? undefined : item.fields[KEY];
      if (typeof id === 'string') yield id;
    }
  }
}

async function* firstOf<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
  for await (const item of items) return yield item;
}

async function* asLines(rows: AsyncIterable<object>): AsyncGenerator<Buffer> {
  for await (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
}

const example = async (files: readonly ResultFile[]): Promise<string> => {
  for await (const id of idsIn(files)) return `The first one is "${id}".`;
  return '';
};
