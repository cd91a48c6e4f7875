import { InputError } from '@batchmill/contracts';
import type { Problem, Source } from '@batchmill/contracts';
import { expect, test } from 'vitest';
import { bytesFile } from './bytes-file.ts';
import { readSource } from './read-source.ts';
import { RowSelector } from './select-rows.ts';

const M4 = '"V1","V2"\n"W1","1"\n"W2","2"\n"W3","x"\n"W4","4"\n"W5","5"\n';

/** The keys that are taken, with `!` for a record that cannot be used, and the lines that were read. */
const select = async (changes: Partial<Source>, { key = 's-{{ series_id }}', text = M4 } = {}) => {
  const source: Source = { format: 'm4', paths: ['w.csv'], derive: [], ...changes };
  const selector = new RowSelector({ source, key, vars: {} });
  const taken: string[] = [];
  let read = 0;
  const { limit: _limit, ...all } = source;
  for await (const item of readSource(all, [bytesFile('w.csv', text)], { vars: {} })) {
    read += 1;
    const one = selector.take(item);
    if (one !== null) taken.push(one.kind === 'row' ? one.row.key : `!${one.problem.place?.row ?? one.line}`);
    if (one?.kind === 'row') expect(one.row.id).toBe(one.ordinal.toString(36));
    if (selector.isDone) return { taken, read };
  }
  selector.finish();
  return { taken, read };
};

const refusal = async (changes: Partial<Source>): Promise<readonly Problem[]> => {
  try {
    await select(changes);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('without a wish every record is taken', async () => {
  expect((await select({})).taken).toEqual(['s-W1', 's-W2', '!W3', 's-W4', 's-W5']);
});

test('rows are asked for by key or by the id of a series, and come in the order of the source', async () => {
  expect((await select({ keys: ['W5', 's-W1', 'W4'] })).taken).toEqual(['s-W1', 's-W4', 's-W5']);
});

test('a series that is asked for and cannot be read is rejected with its reason, not missing', async () => {
  expect((await select({ keys: ['W3', 'W4'] })).taken).toEqual(['!W3', 's-W4']);
});

test('from_key comes before ids, and ids before limit', async () => {
  expect((await select({ fromKey: 's-W2', limit: 2 })).taken).toEqual(['s-W2', '!W3']);
  expect((await select({ fromKey: 's-W2', keys: ['W4', 'W5'], limit: 1 })).taken).toEqual(['s-W4']);
  expect((await select({ keys: ['W2', 'W5'], limit: 1 })).taken).toEqual(['s-W2']);
});

test('what stands behind the last wanted row is read only to look for the keys that are left', async () => {
  expect((await select({ limit: 2 })).read).toBe(2);
  expect((await select({ keys: ['W1', 'W5'], limit: 1 })).read).toBe(5);
  expect((await select({ keys: ['W1'], limit: 1 })).read).toBe(1);
});

test('keys that are not in the source are a mistake that lists them', async () => {
  expect(await refusal({ keys: ['W9', 'W2', 'H1'] })).toMatchObject([
    { code: 'unknown-key', message: '2 of the ids are not in the source', found: 'W9, H1' },
  ]);
  expect(await refusal({ keys: ['W1'], fromKey: 's-W2' })).toMatchObject([
    { message: 'one of the ids is not in the source from "s-W2" on', found: 'W1' },
  ]);
  const [many] = await refusal({ keys: Array.from({ length: 30 }, (_, i) => `X${i}`) });
  expect(many?.found).toMatch(/^X0, .*X19, …$/);
  expect(await refusal({ fromKey: 'W2' })).toMatchObject([{ code: 'unknown-key', found: '"W2"' }]);
});

test('only series have a second name', async () => {
  const csv: Partial<Source> = { format: 'csv', keys: ['1'] };
  await expect(select(csv, { key: 'k{{ id }}', text: 'id,series_id\n1,1\n' })).rejects.toThrow('not in the source');
});
