import { formatCustomId } from '@batchmill/contracts';
import type { AttemptRef, PartPlan, Row } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { attemptOf, Bitmap, keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import type { BatchProvider } from '@batchmill/providers';
import { partLimits } from '@batchmill/service-request-builder/part-limits';
import type { PartLimits } from '@batchmill/service-request-builder/part-limits';
import { rowsToAsk } from '@batchmill/service-request-builder/rows-to-ask';
import { PROVIDER } from './provider-port.ts';
import { TOKENS_PER_ROW } from './token-limits.ts';

export const ENDPOINT = '/v1/chat/completions';

const MODEL = 'simulated';

type Surroundings = { ledger: Ledger; flow: Flow; provider: BatchProvider; parts: number };

/** Stands for the request-builder, which makes prompts and counts tokens: the same records, the smallest requests. */
export const buildPlan =
  ({ ledger, flow, provider, parts }: Surroundings): Handler<AttemptRef> =>
  async (ref) => {
    const { facts, control } = await flow.shard(ref);
    const isWanted =
      facts.current?.stage.number === ref.stage && attemptOf(facts, ref.stage, ref.attempt)?.plan === undefined;
    const stage = facts.current?.stage;
    const isStopped = control.cancelled || facts.quarantined.length > 0;
    if (isWanted && stage?.kind === 'generate' && !isStopped) {
      const limits = partLimits(provider, stage.generate, MODEL, facts.current?.attempts ?? []);
      const isTooLarge = limits.requestTokens !== null && TOKENS_PER_ROW > limits.requestTokens;
      const asked: Row[] = [];
      const skipped = new Bitmap();
      const unaskable: { row: string; outcome: 'invalid'; code: string; message: string }[] = [];
      let rows = 0;
      for await (const { row, position } of rowsToAsk(ledger, facts, ref.attempt)) {
        rows += 1;
        if (row.fields['nature'] === 'skipped') skipped.add(position);
        else if (row.fields['nature'] === 'unaskable' || isTooLarge) {
          unaskable.push({ row: row.id, outcome: 'invalid', code: 'unaskable', message: 'no request can be made' });
        } else asked.push(row);
      }
      await ledger.write(keys.plan(ref), {
        rows,
        asked: asked.length,
        parts: await writeParts(ledger, ref, asked, sizeOf(asked.length, parts, limits)),
        ...(skipped.size === 0 ? {} : { skipped: skipped.encode() }),
        ...(unaskable.length === 0
          ? {}
          : { unaskable: await ledger.writeLines(ref, `${ref.stage}-a${ref.attempt}-unaskable`, unaskable) }),
      });
    }
    await flow.advance(ref);
    return done;
  };

/** Rows of a part. */
const sizeOf = (rows: number, parts: number, { tokens }: PartLimits): number =>
  Math.max(1, Math.min(Math.ceil(rows / parts), tokens === null ? rows : Math.floor(tokens / TOKENS_PER_ROW)));

const writeParts = async (ledger: Ledger, ref: AttemptRef, asked: Row[], size: number): Promise<PartPlan[]> => {
  const plans: PartPlan[] = [];
  for (let start = 0; start < asked.length; start += size) {
    const rows = asked.slice(start, start + size);
    const { job, stage, attempt } = ref;
    const lines = rows.map(({ id, home }) => ({
      custom_id: formatCustomId({ job, stage, shard: home, row: id, attempt }),
    }));
    plans.push({
      requests: await ledger.writeLines(ref, `${stage}-a${attempt}-requests`, lines),
      estimatedTokens: rows.length * TOKENS_PER_ROW,
      estimatedCost: 0.001,
      provider: PROVIDER,
      model: MODEL,
      endpoint: ENDPOINT,
    });
  }
  return plans;
};
