import { ATTEMPTS_PER_RUN, formatCustomId } from '@batchmill/contracts';
import type { AttemptRef, FailureLine, JobRecord, PartPlan, RowDetail, ShardRef } from '@batchmill/contracts';
import { keys } from '@batchmill/ledger';
import type { Ledger, ShardBatch } from '@batchmill/ledger';
import { givenExchange, rowExchange } from './row-exchange.ts';
import type { Ports } from './routes/ports.ts';

type RowAttempt = RowDetail['attempts'][number];

/** Every time a row was asked in its shard, with the batch that carried it and what came of it. */
export const rowAttempts = async (
  { ledger }: Ports,
  { job, pipeline }: JobRecord,
  shard: ShardRef,
  row: string,
): Promise<RowAttempt[]> => {
  const batches = await ledger.batches(shard);
  const attempts: RowAttempt[] = [];
  const [home] = await homeOf(ledger, shard, row);
  for (const stage of pipeline.stages) {
    for (let attempt = 1; ; attempt += 1) {
      const ref: AttemptRef = { ...shard, stage: stage.number, attempt };
      const plan = await ledger.read(keys.plan(ref));
      if (plan === null) break;
      const number = (shard.run - 1) * ATTEMPTS_PER_RUN + attempt;
      const customId = formatCustomId({ job, stage: stage.number, shard: home ?? shard.shard, row, attempt: number });
      const endpoint = stage.kind === 'generate' ? stage.generate.endpoint : '';
      const given = await givenExchange(ledger, plan.given, endpoint, customId);
      const asked = given === null ? await askedIn(ledger, ref, plan.parts, customId) : { part: -1, exchange: given };
      if (asked === null) continue;
      const batch = lastBatch(batches, ref, asked.part);
      const { outcome, reason } = await outcomeOf(ledger, ref, row);
      attempts.push({
        run: shard.run,
        stage: stage.number,
        step: stage.step,
        attempt,
        customId,
        batchId: batch?.batch.batchId ?? null,
        ...(given === null ? {} : { given: true }),
        outcome,
        ...(reason === undefined ? {} : { reason }),
        ...asked.exchange,
      });
    }
  }
  return attempts;
};

const homeOf = async (ledger: Ledger, shard: ShardRef, row: string): Promise<number[]> => {
  const starts = (await ledger.read(keys.shards(shard)))?.startAfter ?? [];
  const start = starts.findLast(({ from }) => from <= shard.shard)?.stage ?? '000';
  const closed = await ledger.read(keys.closed(shard, start));
  // an expanded row has the home of the row it came from
  const source = row.split('_', 1)[0] ?? row;
  for await (const { id, home } of ledger.readLines<{ id: string; home: number }>(closed?.rows ?? null)) {
    if (id === row || id.split('_', 1)[0] === source) return [home];
  }
  return [];
};

const askedIn = async (ledger: Ledger, ref: AttemptRef, parts: PartPlan[], customId: string) => {
  for (const [part, plan] of parts.entries()) {
    const results = await ledger.read(keys.results({ ...ref, part }));
    const exchange = await rowExchange(ledger, plan, results, customId);
    if (exchange !== null) return { part, exchange };
  }
  return null;
};

const lastBatch = (batches: ShardBatch[], { stage, attempt }: AttemptRef, part: number): ShardBatch | undefined =>
  batches.findLast((one) => one.stage === stage && one.attempt === attempt && one.part === part);

const outcomeOf = async (
  ledger: Ledger,
  ref: AttemptRef,
  row: string,
): Promise<Pick<RowAttempt, 'outcome' | 'reason'>> => {
  const outcomes = await ledger.read(keys.outcomes(ref));
  if (outcomes === null) return { outcome: 'open' };
  for await (const { row: failed, outcome, code, message } of ledger.readLines<FailureLine>(outcomes.failures)) {
    if (failed === row) return { outcome, reason: { code, message } };
  }
  return { outcome: 'ok' };
};
