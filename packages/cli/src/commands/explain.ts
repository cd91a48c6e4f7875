import type { JobState } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { storyLines } from '../job/story-lines.ts';
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
      if (DELIVERED.has(explanation.state) && explanation.shards.length === 0)
        context.printer.note(`Every shard is closed. What happened to one of them: batchmill explain ${id} 0`);
      context.printer.json(explanation);
      return EXIT.ok;
    }),
});

const DELIVERED = new Set<JobState>(['completed', 'completed-with-rejects', 'cancelled']);

const shardNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UsageError(`A shard has a number from 0, not "${text}".`);
};
