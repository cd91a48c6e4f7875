import type { JobRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { openBucketReader } from '@batchmill/object-store';
import { s3OptionsOf } from '@batchmill/service-host';
import type { BaseConfig } from '@batchmill/service-host';
import { readBucketPicture } from './bucket-pictures.ts';
import { createLinkChecks } from './check-links.ts';
import type { LinkCheck, LinkChecksOptions, PictureProblem } from './check-links.ts';
import { openAssets } from './open-assets.ts';
import type { PictureConfig } from './picture-variables.ts';
import { createLinkGuard } from './web/link-guard.ts';
import { lookAtLink } from './web/look-at-link.ts';

export type PictureSources = {
  /** Bytes of what a row names by `path`: what was sent along with the job, objects of buckets. null: there is none. */
  ofJob(
    ledger: Ledger,
    job: Pick<JobRecord, 'assets'>,
  ): Promise<{
    open(path: string): Promise<{ bytes: Uint8Array } | PictureProblem | null>;
  }>;
  /** Each link is looked at once within a scope. */
  linksOf(scope: string): LinkCheck;
  close(): Promise<void>;
};

type S3Config = Pick<BaseConfig, 'S3_ENDPOINT' | 'S3_REGION' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY'>;

export type PictureSourcesOptions = Pick<LinkChecksOptions, 'judge' | 'maxBytes'> & {
  config: PictureConfig & S3Config;
};

/** Where the pictures of rows come from. Nothing is asked of anybody before a row names it. */
export const openPictureSources = ({ config, judge, maxBytes }: PictureSourcesOptions): PictureSources => {
  const buckets = openBucketReader(s3OptionsOf(config));
  const guard = createLinkGuard(config.IMAGE_LINK_ALLOW);
  const look: LinkChecksOptions['look'] = (url) => lookAtLink(url, { guard, timeoutMs: config.IMAGE_LINK_TIMEOUT_MS });
  return {
    ofJob: async (ledger, job) => {
      const assets = await openAssets(ledger, job);
      const inBuckets = { buckets, allowed: config.API_INPUT_BUCKETS, maxBytes };
      return { open: async (path) => (await readBucketPicture(path, inBuckets)) ?? assets.open(path) };
    },
    linksOf: createLinkChecks({ look, judge, maxBytes }),
    close: () => buckets.close(),
  };
};
