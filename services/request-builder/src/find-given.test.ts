import { requestDigest, writeIndex } from '@batchmill/answer-index';
import { Bitmap, keys } from '@batchmill/ledger';
import { outcomesBody, shardRef } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { attemptRef, openStage } from './testing/stage.ts';
import type { Stage } from './testing/stage.ts';

const asked = { provider: 'openai', endpoint: '/v1/chat/completions' };
const bodyOf = (text: string): string => JSON.stringify({ model: 'm', messages: [{ role: 'user', content: text }] });

/** Lets the job know what these texts were answered. */
const know = async ({ ledger }: Stage, texts: string[]): Promise<void> => {
  const lines = texts.map((text) => JSON.stringify({ custom_id: `earlier-${text}`, response: text, error: null }));
  const { key } = await ledger.writeLines(shardRef, 'earlier', lines);
  async function* answers() {
    let start = 0;
    for (const [position, line] of lines.entries()) {
      yield { digest: requestDigest(asked, bodyOf(texts[position] ?? '')), blob: key, start, bytes: line.length };
      start += line.length + 1;
    }
  }
  await ledger.write(keys.answers(shardRef), { by: 'request', ...(await writeIndex(ledger, shardRef, answers())) });
};

const texts = (...given: string[]) => given.map((text) => ({ text }));

test('rows whose answer is known are in no part; their answers stand in the plan under ids of this attempt', async () => {
  await using stage = await openStage(texts('a', 'b', 'c', 'b', 'd'), { when: 'text != "d"' });
  await know(stage, ['c', 'b', 'd', 'x']);
  await stage.build();
  const plan = await stage.plan();
  expect(await stage.parts()).toEqual([['0']]);
  expect(plan).toMatchObject({ rows: 5, asked: 1, given: { lines: 3 } });
  expect(Bitmap.decode(plan?.skipped).has(4)).toBe(true);
  const given = await Array.fromAsync(stage.ledger.readLines<object>(plan?.given ?? null));
  const id = (row: string): string => `${shardRef.job}-001-3-${row}-a1`;
  expect(given).toHaveLength(3);
  expect(given).toEqual(
    expect.arrayContaining([
      { custom_id: id('1'), response: 'b', error: null },
      { custom_id: id('2'), response: 'c', error: null },
      { custom_id: id('3'), response: 'b', error: null },
    ]),
  );
  const digests = Buffer.from((await stage.ledger.store.get(plan?.givenDigests?.key ?? '')) ?? []);
  const first = (given[0] as { response: string }).response;
  expect(digests.subarray(0, 16)).toEqual(requestDigest(asked, bodyOf(first)));
});

test('where all is known nothing is asked', async () => {
  await using stage = await openStage(texts('a', 'b'));
  await know(stage, ['a', 'b']);
  await stage.build();
  expect(await stage.plan()).toMatchObject({ rows: 2, asked: 0, parts: [], given: { lines: 2 } });
});

test('where nothing is known the plan is as ever', async () => {
  await using stage = await openStage(texts('a', 'b'));
  await know(stage, ['x']);
  await stage.build();
  const plan = await stage.plan();
  expect(plan?.asked).toBe(2);
  expect(plan?.given).toBeUndefined();
});

test('a row that is asked again is looked for as it is asked then', async () => {
  await using stage = await openStage(texts('a', 'b'));
  const again = new Bitmap();
  again.add(0);
  await stage.ledger.write(keys.plan(attemptRef()), { rows: 2, asked: 2, parts: [] });
  await stage.ledger.write(keys.outcomes(attemptRef()), {
    ...outcomesBody(2, 1),
    again: { rows: 1, reasons: { expired: 1 }, bitmap: again.encode() },
  });
  await know(stage, ['a', 'b']);
  await stage.build(2);
  expect(await stage.plan(2)).toMatchObject({ rows: 1, asked: 0, given: { lines: 1 } });
});
