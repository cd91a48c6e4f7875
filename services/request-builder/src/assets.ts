import type { JobRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import type { ImageSource } from '@batchmill/prompts';

type Asset = { path: string; key: string; bytes: number; sha256: string };

/** The local images that were uploaded with the job, by the path the rows name. */
export const openAssets = async (ledger: Ledger, { assets }: JobRecord): Promise<ImageSource> => {
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
