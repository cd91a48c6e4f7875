import type { FileRecord } from '@batchmill/contracts';
import { submissionName } from '@batchmill/flow';
import { excludedLines, keys, readTextLines } from '@batchmill/ledger';
import type { Ports, Submission } from './submission.ts';

/** Uploads the part's requests as a new file at the provider and records it. A file nobody claims is never paid. */
export const uploadInput = async (
  { ledger, provider }: Ports,
  { ref, part, plan }: Submission,
): Promise<FileRecord> => {
  const excluded = excludedLines(part);
  const wholeFile = excluded.size === 0;
  async function* remainingLines(): AsyncGenerator<Uint8Array> {
    let line = -1;
    for await (const text of readTextLines(ledger.store, plan.requests)) {
      line += 1;
      if (!excluded.has(line)) yield Buffer.from(`${text}\n`);
    }
  }
  const body = () =>
    wholeFile
      ? ledger.store.read(plan.requests.key, { expect: { bytes: plan.requests.bytes, sha256: plan.requests.sha256 } })
      : remainingLines();
  const bytes = wholeFile ? plan.requests.bytes : await countBytes(body());
  const { fileId } = await provider.uploadFile({ name: `${submissionName(ref)}.jsonl`, bytes, body });
  const rows = plan.requests.lines - excluded.size;
  const { record } = await ledger.write(keys.file(ref), { fileId, bytes, rows });
  return record;
};

const countBytes = async (chunks: AsyncIterable<Uint8Array>): Promise<number> => {
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.byteLength;
  return bytes;
};
