import { keyDigest, writeIndex } from '@batchmill/answer-index';
import type { FoundAnswer } from '@batchmill/answer-index';
import { SIMULATED_FINGERPRINT } from '@batchmill/contracts';
import type { InputPin, JobRecord, LineBlobRef } from '@batchmill/contracts';
import { KeyIndex } from '@batchmill/dataset';
import { Bitmap, blobKey, keys, placedLines, writeLines } from '@batchmill/ledger';
import type { Ledger, PlacedLine } from '@batchmill/ledger';
import { readResultLine } from '@batchmill/providers';
import { strayNotes } from './stray-notes.ts';
import type { Stray, Strays } from './stray-notes.ts';
import type { ReadRows } from './read-rows.ts';

type ByHandJob = Pick<JobRecord, 'tenant' | 'job' | 'pipeline' | 'byHand'>;

/**
 * Makes the given answers to the first stage known by the rows' keys; says in sentences what of them is of no use. Twice
 * is harmless.
 */
export const indexGiven = async (
  ledger: Ledger,
  { tenant, job, pipeline, byHand }: ByHandJob,
  readRows: ReadRows,
): Promise<string[]> => {
  const [stage] = pipeline.stages;
  if (byHand?.answers === undefined || stage?.kind !== 'generate') return [];
  const files = byHand.answers;
  const rows = await indexKeys(readRows);
  const look = () => linesIn(ledger, files, stage.generate.endpoint, rows);
  const strays: Strays = { simulated: false, strangers: 0, broken: 0, rowsTwice: 0, first: [] };
  const ref = { tenant, job };
  const index = await writeIndex(ledger, ref, answersAmong(look(), stage.number, strays));
  const isClean = strays.strangers + strays.broken === 0;
  const unmatched = isClean ? {} : { unmatched: await writeStrays(ledger, ref, look()) };
  const simulated = strays.simulated ? { simulated: true } : {};
  await ledger.write(keys.answers(ref), { by: 'key', ...index, ...unmatched, ...simulated });
  return strayNotes(strays);
};

const indexKeys = async (readRows: ReadRows): Promise<KeyIndex> => {
  const rows = new KeyIndex();
  let count = 0;
  for await (const read of readRows()) if (read.kind === 'row') rows.add(read.row.key, (count += 1));
  return rows;
};

/** `row` is its number from 1; null where the line is of no row. */
type Line = {
  file: string;
  isMadeUp: boolean;
  blob: string;
  placed: PlacedLine;
  customId: string | null;
  row: number | null;
};

async function* linesIn(
  { store }: Ledger,
  files: readonly InputPin[],
  endpoint: string,
  rows: KeyIndex,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  for (const { name: file, key: blob, bytes, sha256 } of files) {
    for await (const placed of placedLines(store.read(blob, { expect: { bytes, sha256 } }))) {
      const text = decoder.decode(placed.line);
      if (text.trim() === '') continue;
      const read = readResultLine(text, endpoint);
      const customId = read.kind === 'unparsable' ? null : read.customId;
      yield {
        file,
        blob,
        placed,
        customId,
        isMadeUp: text.includes(MADE_UP),
        row: customId === null ? null : rows.find(customId),
      };
    }
  }
}

/** Inside of a text its quotes would not stand alone. */
const MADE_UP = `"${SIMULATED_FINGERPRINT}"`;

async function* answersAmong(lines: AsyncIterable<Line>, stage: string, strays: Strays): AsyncGenerator<FoundAnswer> {
  const once = new Bitmap();
  const twice = new Bitmap();
  for await (const line of lines) {
    const { blob, placed, customId, row } = line;
    if (customId === null || row === null) {
      if (customId === null) strays.broken += 1;
      else strays.strangers += 1;
      strays.first.push(...(strays.first.length < KEPT ? [strayOf(line)] : []));
      continue;
    }
    strays.simulated ||= line.isMadeUp;
    (once.has(row) ? twice : once).add(row);
    yield { digest: keyDigest(stage, customId), blob, start: placed.start, bytes: placed.line.length };
  }
  strays.rowsTwice = twice.size;
}

/** As many as can be named in a note of either kind. */
const KEPT = 1000;

const writeStrays = (
  ledger: Ledger,
  ref: { tenant: string; job: string },
  lines: AsyncIterable<Line>,
): Promise<LineBlobRef> => {
  async function* strays() {
    for await (const line of lines) if (line.row === null) yield strayOf(line);
  }
  return writeLines(ledger.store, blobKey.job(ref, 'unmatched', ledger.nonce()), strays());
};

const strayOf = ({ customId, file, placed }: Line): Stray => ({ custom_id: customId, file, line: placed.number });
