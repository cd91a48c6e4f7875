import { ATTEMPTS_PER_RUN, formatCustomId } from '@batchmill/contracts';
import type { AttemptRef, ByHand, GenerateStage, PartPlan, Row } from '@batchmill/contracts';
import { RowRequestError } from '@batchmill/prompts';
import type { BatchProvider, ProviderRegistry } from '@batchmill/providers';

/** Who is asked, and under which ids. */
export type Asking = {
  provider: Pick<BatchProvider, 'name' | 'limits'>;
  /** Throws RowRequestError where the row can have no id at the provider. */
  customIdOf(row: Row): string;
  /** The plan's parts, as parts or as what somebody else will send. */
  planned(parts: PartPlan[]): { asked: number; parts: PartPlan[]; toSend?: PartPlan[] };
};

export const askingOf = (
  ref: AttemptRef,
  { generate, number }: GenerateStage,
  { open }: ByHand = {},
  providers: ProviderRegistry,
): Asking =>
  open?.stage === number
    ? byHand(generate.provider, open.limits)
    : {
        provider: providers.get(generate.provider),
        customIdOf: (row) => ownId(ref, row),
        planned: (parts) => ({ asked: linesOf(parts), parts }),
      };

/** An id of ours, by which the post-processor knows the row. */
export const ownId = (ref: AttemptRef, row: Row): string =>
  formatCustomId({
    job: ref.job,
    stage: ref.stage,
    shard: row.home,
    row: row.id,
    attempt: (ref.run - 1) * ATTEMPTS_PER_RUN + ref.attempt,
  });

const byHand = (name: string, limits: NonNullable<ByHand['open']>['limits']): Asking => {
  const pattern = new RegExp(limits.customId);
  return {
    provider: {
      name,
      limits: {
        maxRequests: limits.requests,
        maxBytes: limits.bytes,
        enqueuedTokens: () => null,
        customIdPattern: pattern,
        oneModelPerBatch: true,
      },
    },
    // whoever sends the files knows no other id
    customIdOf: ({ key }) => {
      if (pattern.test(key)) return key;
      const rule = `the key would be the custom_id of its request, and a provider takes only ids like ${limits.customId}`;
      throw new RowRequestError('custom-id', `${rule}: found ${JSON.stringify(key.slice(0, 100))}`);
    },
    planned: (toSend) => ({ asked: 0, parts: [], toSend }),
  };
};

const linesOf = (parts: PartPlan[]): number => parts.reduce((sum, { requests }) => sum + requests.lines, 0);
