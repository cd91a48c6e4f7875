import { reportSchema } from '@batchmill/contracts';
import type { Report, RunRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ports } from './routes/ports.ts';

/** The report of a final run; null for one that failed before it had any. */
export const readReport = async ({ ledger, store }: Ports, run: RunRef): Promise<Report | null> => {
  const record = await ledger.read(keys.output(run, 'report'));
  if (record === null) return null;
  const bytes = await store.get(record.blob.key);
  return bytes === null ? null : reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
};
