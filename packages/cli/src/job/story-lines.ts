import type { Explanation, ShardStory } from '@batchmill/contracts';

/** What `explain` prints: the job as a whole, then each shard with what comes next. Times are UTC. */
export const storyLines = ({ job, state, reason, happened, shards, more }: Explanation): string[] => [
  `job ${job} is ${state}${reason === undefined ? '' : `: ${reason}`}`,
  ...happened.map(({ at, text }) => `  ${time(at)}  ${text}`),
  ...shards.flatMap(shardLines),
  ...(more === 0 ? [] : [`and ${more} more shards that are not closed; give a number to see one`]),
];

const shardLines = ({ run, shard, happened, next }: ShardStory): string[] => [
  `shard ${shard} of run ${run}`,
  ...happened.map(({ at, stage, step, text }) => `  ${time(at)}  ${stage} ${step}: ${text}`),
  ...next.map((line) => `  next: ${line}`),
];

const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').replace('Z', '');
