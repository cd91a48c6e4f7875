import { formatCustomId } from '@batchmill/contracts';
import type { AttemptRef, PartPlan, Row } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { attemptOf, Bitmap, keys } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { rowsToAsk } from '@batchmill/service-request-builder/rows-to-ask';
import { PROVIDER } from './provider-port.ts';

export const ENDPOINT = '/v1/chat/completions';
export const TOKENS_PER_ROW = 10;

/** Stands for the request-builder, which makes prompts and counts tokens: the same records, the smallest requests. */
export const buildPlan =
  ({ ledger, flow, parts }: { ledger: Ledger; flow: Flow; parts: number }): Handler<AttemptRef> =>
  async (ref) => {
    const { facts, control } = await flow.shard(ref);
    const isWanted =
      facts.current?.stage.number === ref.stage && attemptOf(facts, ref.stage, ref.attempt)?.plan === undefined;
    if (isWanted && !control.cancelled) {
      const asked: Row[] = [];
      const skipped = new Bitmap();
      const unaskable: { row: string; outcome: 'invalid'; code: string; message: string }[] = [];
      let rows = 0;
      for await (const { row, position } of rowsToAsk(ledger, facts, ref.attempt)) {
        rows += 1;
        if (row.fields['nature'] === 'skipped') skipped.add(position);
        else if (row.fields['nature'] === 'unaskable') {
          unaskable.push({ row: row.id, outcome: 'invalid', code: 'unaskable', message: 'no request can be made' });
        } else asked.push(row);
      }
      await ledger.write(keys.plan(ref), {
        rows,
        asked: asked.length,
        parts: await writeParts(ledger, ref, asked, parts),
        ...(skipped.size === 0 ? {} : { skipped: skipped.encode() }),
        ...(unaskable.length === 0
          ? {}
          : { unaskable: await ledger.writeLines(ref, `${ref.stage}-a${ref.attempt}-unaskable`, unaskable) }),
      });
    }
    await flow.advance(ref);
    return done;
  };

const writeParts = async (ledger: Ledger, ref: AttemptRef, asked: Row[], parts: number): Promise<PartPlan[]> => {
  const plans: PartPlan[] = [];
  const size = Math.ceil(asked.length / parts);
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
      model: 'simulated',
      endpoint: ENDPOINT,
    });
  }
  return plans;
};
