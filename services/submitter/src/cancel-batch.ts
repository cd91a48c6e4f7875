import type { PartRef } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { attemptOf, keys, mayCancel } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { ProviderRegistry } from '@batchmill/providers';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';

/**
 * Asks the provider to cancel a batch: of a cancelled run, whose finished rows are kept and fetched as usual; or one that
 * has come of a claim after it was given up.
 */
export const cancelBatch =
  ({
    ledger,
    flow,
    providers,
  }: {
    ledger: Ledger;
    flow: Flow;
    providers: ProviderRegistry;
  }): Handler<PartRef & { submission: number }> =>
  async (ref) => {
    const { facts, control } = await flow.shard(ref);
    const part = attemptOf(facts, ref.stage, ref.attempt)?.parts[ref.part];
    const submission = part?.submissions.find(({ number }) => number === ref.submission);
    const isOpen = submission?.batch !== undefined && submission.ended === undefined;
    const isLate = submission !== part?.submissions.at(-1);
    if (part !== undefined && isOpen && (control.cancelled || isLate) && mayCancel(part, submission)) {
      const result = await providers.get(part.plan.provider).cancelBatch(submission.batch?.batchId ?? '');
      await ledger.write(keys.cancelSent(ref), { result });
    }
    await flow.advance(ref);
    return done;
  };
