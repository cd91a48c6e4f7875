import type { CompiledPipeline } from '@batchmill/contracts';

const SHARDS_AIMED_AT = 100;
const FEWEST_ROWS = 500;
const MOST_ROWS = 50_000;

/** Rows of a shard, as ingest cuts them; where the rows are large a shard holds fewer. */
export const rowsPerShard = (wanted: CompiledPipeline['shardRows'], rows: number): number =>
  wanted === 'auto' ? Math.min(Math.max(Math.ceil(rows / SHARDS_AIMED_AT), FEWEST_ROWS), MOST_ROWS) : wanted;
