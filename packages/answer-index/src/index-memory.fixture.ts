import { shardRef, temporaryLedger } from '@batchmill/ledger/testing';
import { findPlaces } from './find-places.ts';
import { requestDigest } from './digest.ts';
import { writeIndex } from './write-index.ts';

/* Says as JSON by how much the memory of this process grows while it indexes answers and finds those of one shard. */

const entries = Number(process.argv[2]);
const FILES = 200;
const SHARD_ROWS = 50_000;
const digestOf = (row: number) => requestDigest({ provider: 'openai', endpoint: '/v1/chat/completions' }, `${row}`);
async function* answers(count: number) {
  for (let row = 0; row < count; row += 1) {
    yield { digest: digestOf(row), blob: `blob-${row % FILES}`, start: row * 1000, bytes: 999 };
  }
}
const peakKilobytes = (): number => process.resourceUsage().maxRSS;

await using folder = await temporaryLedger();
const { ledger } = folder;
await writeIndex(ledger, shardRef, answers(10_000));
const before = peakKilobytes();
const index = await writeIndex(ledger, shardRef, answers(entries));
const wanted = Array.from({ length: SHARD_ROWS }, (_, row) => digestOf(row * 17));
const places = await findPlaces(ledger, index, wanted);
const found = places.filter(({ start, position }) => start === position * 17 * 1000).length;
const megabytes = (peakKilobytes() - before) / 1024;
process.stdout.write(JSON.stringify({ megabytes, runs: index.runs.length, found }));
