import type { Explanation, ShardStory } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

export const explainCommand = defineCommand<object>({
  name: 'explain',
  describe: (command) =>
    command
      .description('tell what happened to a job, or one of its shards, and what comes next')
      .argument('<job>', 'the beginning of its id, or "last"')
      .argument('[shard]', 'number of a shard, from 0; without it, those that are not closed'),
  run: (context, [wanted, shard]) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const { id } = await findJob(client, wanted);
      const explanation = await client.explain(id, shard === undefined ? undefined : shardNumber(shard));
      context.printer.result(storyLines(explanation).join('\n'));
      context.printer.json(explanation);
      return EXIT.ok;
    }),
});

const shardNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`A shard has a number from 0, not "${text}".`);
};

const storyLines = ({ job, state, happened, shards, more }: Explanation): string[] => [
  `job ${job} is ${state}`,
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
