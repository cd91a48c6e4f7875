import type { OpenClaim } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import { defineCommand } from '../command-context.ts';
import { findJob } from '../job/find-job.ts';
import { EXIT } from '../terminal/exit-codes.ts';
import { UsageError } from '../terminal/usage-error.ts';

type Options = { batch?: string; none?: boolean };

export const resolveCommand = defineCommand<Options>({
  name: 'resolve',
  describe: (command) =>
    command
      .description('say what became of a batch of which the provider gave no certain answer')
      .argument('<job>', 'the beginning of its id, or "last"')
      .argument('[claim]', 'as this command lists it')
      .option('--batch <id>', 'the batch that the provider shows for it')
      .option('--none', 'the provider has no batch for it, and will not get one'),
  run: (context, [wanted, claim], options) =>
    withApi(context, { mustExist: true }, async ({ client }) => {
      const { id } = await findJob(client, wanted);
      const batch = answerOf(claim, options);
      if (claim !== undefined) await client.resolve(id, claim, batch);
      const claims = await client.claims(id);
      const done = claim === undefined ? [] : [`${claim} is resolved.`];
      context.printer.result([...done, ...listed(id, claims)].join('\n'));
      context.printer.json({ job: id, claims });
      return EXIT.ok;
    }),
});

const answerOf = (claim: string | undefined, { batch, none }: Options): string | null => {
  const answers = [batch, none].filter((answer) => answer !== undefined).length;
  if (claim === undefined && answers === 0) return null;
  if (claim !== undefined && answers === 1) return batch ?? null;
  throw new UsageError('Name a claim and say what became of it: either --batch ID or --none.');
};

const listed = (job: string, claims: readonly OpenClaim[]): string[] =>
  claims.length === 0
    ? [`Job ${job} has no open claim.`]
    : [
        ...claims.map(
          ({ submission, provider, model, rows, inputFileId, claimedAt }) =>
            `${submission}\n  ${rows} rows of ${model} at ${provider}, input file ${inputFileId}, ${new Date(claimedAt).toISOString()}`,
        ),
        'Look at the provider for a batch with that input file, then say',
        `  batchmill resolve ${job} CLAIM --batch ID     or     batchmill resolve ${job} CLAIM --none`,
      ];
