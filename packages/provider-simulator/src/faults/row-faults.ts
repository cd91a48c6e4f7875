import { drawFor } from '../random.ts';
import type { RowError, RowFaults } from './fault-settings.ts';

/** What an injected fault does to one row. */
export type RowFault =
  | { kind: 'error'; error: RowError }
  | { kind: 'refused' | 'truncated' | 'missing' | 'duplicate' | 'garbage' };

/** At most one fault per row. Depends on seed and id only: another attempt has another id and draws anew. */
export const rowFaultFor = (faults: RowFaults, seed: number, id: string): RowFault | null => {
  for (const [index, error] of faults.errors.entries()) {
    if (error.rate > 0 && drawFor(`${seed} error ${index} ${id}`) < error.rate) return { kind: 'error', error };
  }
  for (const kind of ['missing', 'garbage', 'refused', 'truncated', 'duplicate'] as const) {
    if (faults[kind] > 0 && drawFor(`${seed} ${kind} ${id}`) < faults[kind]) return { kind };
  }
  return null;
};
