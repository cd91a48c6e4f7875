import { createClient } from '@batchmill/sdk';
import type { Check } from './check.ts';
import { missing, ok } from './check.ts';

export const checkServer = (url: string): Check => ({
  name: 'Server',
  look: async () => {
    try {
      await createClient({ url }).health();
      return ok(`${url} is well`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return missing(reason, 'Start it, or correct --url or BATCHMILL_URL.');
    }
  },
});
