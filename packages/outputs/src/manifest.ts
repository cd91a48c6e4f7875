import { reportSchema } from '@batchmill/contracts';
import type { DeliveredFile, ManifestRecord, Report, RunRef } from '@batchmill/contracts';
import { blobKey, keys, writeLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

export type Delivery = { outputs: DeliveredFile[]; rejects: DeliveredFile; report: DeliveredFile; page: DeliveredFile };

/** Records what a run delivers. Answers the manifest that counts: of two exporters at once, one's stands. */
export const writeManifest = async (
  ledger: Ledger,
  ref: RunRef,
  { outputs, rejects, report, page }: Delivery,
): Promise<ManifestRecord> => {
  const list = await writeLines(ledger.store, blobKey.output(ref, 'manifest', ledger.nonce()), outputs);
  return (await ledger.write(keys.manifest(ref), { outputs: list, rejects, report, page })).record;
};

/** Every file a run delivers: those of its outputs in the pipeline's order, then the rejects and the reports. */
export async function* deliveredFiles(
  ledger: Ledger,
  { outputs, rejects, report, page }: ManifestRecord,
): AsyncGenerator<DeliveredFile> {
  yield* ledger.readLines<DeliveredFile>(outputs);
  yield rejects;
  yield page;
  yield report;
}

/** The report a run delivers. */
export const readReport = async ({ store }: Ledger, { report }: ManifestRecord): Promise<Report> => {
  const { key, bytes, sha256 } = report.blob;
  const chunks = await Array.fromAsync(store.read(key, { expect: { bytes, sha256 } }));
  return reportSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
};
