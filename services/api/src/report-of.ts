import type { Report, RunRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import { readReport } from '@batchmill/outputs';
import type { Ports } from './routes/ports.ts';

/** The report of a final run; null for one that failed before it had any. */
export const reportOf = async ({ ledger }: Ports, run: RunRef): Promise<Report | null> => {
  const manifest = await ledger.read(keys.manifest(run));
  return manifest === null ? null : readReport(ledger, manifest);
};
