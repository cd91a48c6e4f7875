import type { AnswersRecord } from '@batchmill/contracts';
import { shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import type { TemporaryLedger } from '@batchmill/ledger/testing';
import { expect, test } from 'vitest';
import { findAllPlaces, findPlaces } from './find-places.ts';
import { readPlaces } from './read-places.ts';
import { requestDigest } from './digest.ts';
import { writeIndex } from './write-index.ts';

const digestOf = (body: string) => requestDigest({ provider: 'openai', endpoint: '/v1/chat/completions' }, body);

type Index = Pick<AnswersRecord, 'entries' | 'runs' | 'files'>;

/** An index over these result lines in these files, each the answer to the request of the same text. */
const indexOver = async ({ ledger }: TemporaryLedger, files: string[][], entriesPerRun?: number): Promise<Index> => {
  async function* answers() {
    for (const [position, lines] of files.entries()) {
      const { key } = await ledger.writeLines(shardRef, `results-${position}`, lines);
      let start = 0;
      for (const line of lines) {
        const bytes = Buffer.byteLength(line);
        yield { digest: digestOf(line.split('|')[0] ?? ''), blob: key, start, bytes };
        start += bytes + 1;
      }
    }
  }
  return writeIndex(ledger, shardRef, answers(), entriesPerRun);
};

const find = async ({ ledger }: TemporaryLedger, index: Index, bodies: string[]): Promise<(string | undefined)[]> => {
  const places = await findPlaces(ledger, index, bodies.map(digestOf));
  const found: (string | undefined)[] = bodies.map(() => undefined);
  for await (const { position, line } of readPlaces(ledger, index, places)) found[position] = line;
  return found;
};

test('each request finds its own line, whichever run and file it is in, and others find none', async () => {
  await using folder = await temporaryLedger();
  const files = Array.from({ length: 7 }, (_, file) =>
    Array.from({ length: 100 }, (_line, line) => `${file}-${line}|ä${'x'.repeat(line * 7)}`),
  );
  const index = await indexOver(folder, files, 64);
  expect(index.entries).toBe(700);
  expect(index.runs).toHaveLength(11);
  const wanted = files.flat().filter((_, position) => position % 3 === 0);
  const asked = [...wanted.toReversed(), 'unknown'];
  const found = await find(
    folder,
    index,
    asked.map((line) => line.split('|')[0] ?? ''),
  );
  expect(found).toEqual([...wanted.toReversed(), undefined]);
});

test('of equal requests each takes an answer of its own as long as there are any, and the last one after that', async () => {
  await using folder = await temporaryLedger();
  const index = await indexOver(folder, [['same|1', 'other|1', 'same|2'], ['same|3']], 2);
  const found = await find(folder, index, ['same', 'same', 'other', 'same', 'same', 'other']);
  expect(new Set([found[0], found[1], found[3]])).toEqual(new Set(['same|1', 'same|2', 'same|3']));
  expect(found[4]).toMatch(/^same\|/);
  expect([found[2], found[5]]).toEqual(['other|1', 'other|1']);
});

test('all answers for a digest can be had', async () => {
  await using folder = await temporaryLedger();
  const index = await indexOver(
    folder,
    [
      ['a|1', 'b|1', 'a|2'],
      ['a|3', 'c|1'],
    ],
    2,
  );
  const places = await findAllPlaces(folder.ledger, index, ['b', 'x', 'a'].map(digestOf));
  const found = await Array.fromAsync(readPlaces(folder.ledger, index, places));
  expect(found).toEqual([
    { position: 2, line: 'a|1' },
    { position: 0, line: 'b|1' },
    { position: 2, line: 'a|2' },
    { position: 2, line: 'a|3' },
  ]);
});

test('the same body asked of another provider or endpoint is another request', () => {
  const digests = [
    requestDigest({ provider: 'openai', endpoint: '/v1/chat/completions' }, '{}'),
    requestDigest({ provider: 'simulator', endpoint: '/v1/chat/completions' }, '{}'),
    requestDigest({ provider: 'openai', endpoint: '/v1/responses' }, '{}'),
  ];
  expect(new Set(digests.map((digest) => digest.toString('hex'))).size).toBe(3);
});

test('an index without entries finds nothing', async () => {
  await using folder = await temporaryLedger();
  const index = await indexOver(folder, []);
  expect(index).toMatchObject({ entries: 0, runs: [] });
  expect(await find(folder, index, ['a'])).toEqual([undefined]);
  expect(await find(folder, index, [])).toEqual([]);
});
