import type { BucketReader } from '@batchmill/object-store';
import type { Backends, Metrics } from '@batchmill/service-host';
import type { PictureSources } from '@batchmill/picture-sources';
import type { PlotRenderer } from '@batchmill/prompts';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';

/** What the routes work with. */
export type Ports = Backends & {
  config: Config;
  metrics: Metrics;
  plots: PlotRenderer;
  pictures: PictureSources;
  /** Reads inputs that lie in other buckets. */
  buckets: BucketReader;
  now: () => number;
};

export type Routes = (app: FastifyInstance, ports: Ports) => Promise<void> | void;
