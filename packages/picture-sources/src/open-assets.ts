import type { JobRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';

type Asset = { path: string; key: string; bytes: number; sha256: string };

/** Bytes by the path that a row names; null where there is none. */
export type Assets = { open(path: string): Promise<{ bytes: Uint8Array } | null> };

/** The local images that were uploaded with the job, by the path the rows name. */
export const openAssets = async (ledger: Ledger, { assets }: Pick<JobRecord, 'assets'>): Promise<Assets> => {
  const byPath = new Map<string, Asset>();
  for await (const asset of ledger.readLines<Asset>(assets ?? null)) byPath.set(asset.path, asset);
  return {
    async open(path) {
      const asset = byPath.get(path);
      if (asset === undefined) return null;
      const bytes = await ledger.store.get(asset.key);
      return bytes === null ? null : { bytes };
    },
  };
};
