import { isSimulated } from '@batchmill/contracts';
import type { JobRecord } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';

/** Whether any answer was made up by the simulator, though somebody else has brought it. */
export const isMadeUp = async (ledger: Ledger, { tenant, job, pipeline }: JobRecord): Promise<boolean> =>
  isSimulated(pipeline) || (await ledger.read(keys.answers({ tenant, job })))?.simulated === true;
