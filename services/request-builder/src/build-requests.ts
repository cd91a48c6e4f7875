import { PermanentError } from '@batchmill/contracts';
import type { AttemptRef, Body, FailureLine, GenerateStage, PlanRecord, Row } from '@batchmill/contracts';
import type { Flow } from '@batchmill/flow';
import { attemptOf, Bitmap, keys, RecordTooLargeError } from '@batchmill/ledger';
import type { Ledger, ShardFacts } from '@batchmill/ledger';
import type { PictureSources } from '@batchmill/picture-sources';
import { createRequestMaker, RowRequestError } from '@batchmill/prompts';
import type { PlotRenderer } from '@batchmill/prompts';
import { usefulImageSize } from '@batchmill/providers';
import type { ProviderRegistry } from '@batchmill/providers';
import { done } from '@batchmill/queue';
import type { Handler } from '@batchmill/queue';
import { takesPart } from '@batchmill/rounds';
import { compileCondition, rowScope, TemplateError } from '@batchmill/templates';
import { askingOf, ownId } from './asking.ts';
import type { Events } from './events.ts';
import { findGiven } from './find-given.ts';
import { incompleteRows } from './incomplete-rows.ts';
import { mapOrdered } from './map-ordered.ts';
import { partLimits } from './part-limits.ts';
import type { PartLimits } from './part-limits.ts';
import { PartWriter, RequestTooLargeError } from './part-writer.ts';
import { createPictureTally } from './picture-tally.ts';
import { planGiven } from './plan-given.ts';
import type { PoisonRows } from './poison-rows.ts';
import { rowsToAsk } from './rows-to-ask.ts';
import type { RowToAsk } from './rows-to-ask.ts';

export type Dependencies = {
  ledger: Ledger;
  flow: Flow;
  providers: ProviderRegistry;
  plots: PlotRenderer;
  pictures: PictureSources;
  poison: PoisonRows;
  events: Events;
};

const REQUESTS_AT_ONCE = 16;
/** Rows that wait for the web, and hold no picture meanwhile. */
const LINKS_AT_ONCE = 64;

/** Turns the rows of an attempt into parts of requests within the provider's limits, and records the plan. */
export const buildRequests =
  (dependencies: Dependencies): Handler<AttemptRef> =>
  async (ref, { crashes }) => {
    const { ledger, flow, poison, events } = dependencies;
    const { facts, control } = await flow.shard(ref);
    const stage = facts.current?.stage;
    const isWanted = stage?.number === ref.stage && attemptOf(facts, ref.stage, ref.attempt)?.plan === undefined;
    const isStopped = control.cancelled || facts.quarantined.length > 0;
    if (isWanted && stage.kind === 'generate' && !isStopped) {
      const plan = await planAttempt(dependencies, ref, facts, stage, crashes > 0);
      await writePlan(ledger, ref, plan);
      if (crashes > 0) await poison.clear(ref);
      events.planned(ref, plan.asked, plan.parts.length, plan.unaskable?.lines ?? 0);
    }
    await flow.advance(ref);
    return done;
  };

const writePlan = async (ledger: Ledger, ref: AttemptRef, plan: Body<PlanRecord>): Promise<void> => {
  try {
    await ledger.write(keys.plan(ref), plan);
  } catch (error) {
    if (!(error instanceof RecordTooLargeError)) throw error;
    const message = `the shard needs ${plan.parts.length} batches, more than one plan can hold: set smaller shards or a larger max_requests`;
    throw new PermanentError('too-many-parts', message, { cause: error });
  }
};

const planAttempt = async (
  { ledger, flow, providers, plots, pictures, poison }: Dependencies,
  ref: AttemptRef,
  facts: ShardFacts,
  stage: GenerateStage,
  isSuspect: boolean,
): Promise<Body<PlanRecord>> => {
  const job = await flow.job(ref);
  const { vars } = job.pipeline;
  const images = await pictures.ofJob(ledger, job);
  const links = pictures.linksOf(`${ref.job} ${ref.run}`);
  const maker = createRequestMaker({ stage, vars, plots, images, links, usefulSize: usefulImageSize });
  const when = stage.when === undefined ? null : compileCondition(stage.when);
  const isAsked = (row: Row): boolean => takesPart(row, stage) && (when === null || when(rowScope(row, vars)));
  if (stage.generate.mode === 'by-hand' && job.byHand?.open?.stage !== stage.number)
    return planGiven({ ledger, ref, facts, stage, isAsked, customIdOf: (row) => ownId(ref, row) });
  const asking = askingOf(ref, stage, job.byHand, providers);
  const limitsOf = (model: string): PartLimits =>
    partLimits(asking.provider, stage.generate, model, facts.current?.attempts ?? []);
  const parts = new PartWriter(ledger, ref, asking.provider.name, stage.generate, limitsOf);
  const tally = createPictureTally();
  const skipped = new Bitmap();
  const unaskable: FailureLine[] = [];
  // after a death the rows are made one by one, so that the next death says at which row it was
  const poisoned = isSuspect ? await poison.found(ref) : new Set<string>();
  const incomplete = incompleteRows(job.pipeline, stage);
  let rows = 0;

  const make = async ({ row, position, again }: RowToAsk) => {
    if (poisoned.has(row.id)) return { row, position, failure: failureOf(row, 'crashed', POISONED) };
    if (isSuspect) await poison.mark(ref, row.id);
    try {
      if (!isAsked(row)) return { row, position, body: null };
      asking.customIdOf(row);
      const { body, pictures: sent } = await maker.make(row, again);
      return { row, position, body, sent };
    } catch (error) {
      if (!(error instanceof RowRequestError || error instanceof TemplateError)) throw error;
      return { row, position, failure: failureOf(row, error.code, error.message) };
    }
  };

  const usual = waitsForLinks(stage) ? LINKS_AT_ONCE : REQUESTS_AT_ONCE;
  const width = isSuspect ? 1 : Math.max(usual, plots.concurrency);
  const asked = () => rowsToAsk(ledger, facts, ref.attempt);
  const { customIdOf } = asking;
  const given = await findGiven(ledger, ref, stage.generate, customIdOf, () => mapOrdered(asked(), width, make));

  try {
    const unknown = without(asked(), given.positions);
    for await (const made of mapOrdered(unknown, width, make)) {
      rows += 1;
      if (made.body !== null) incomplete.see(made.row);
      if (made.failure !== undefined) unaskable.push(made.failure);
      else if (made.body === null) skipped.add(made.position);
      else {
        try {
          await parts.add(customIdOf(made.row), made.body);
          tally.add(made.sent);
        } catch (error) {
          if (!(error instanceof RequestTooLargeError)) throw error;
          unaskable.push(failureOf(made.row, 'request-too-large', error.message));
        }
      }
    }
  } catch (error) {
    await parts.abort();
    throw error;
  }

  const reason = incomplete.reason(ref.shard, given.positions.size);
  // before the plan, after which the rows could be placed
  if (reason !== null) await ledger.pauseOnce(ref, { stage: ref.stage, reason });
  const unaskableBlob = await ledger.writeLinesIfAny(ref, `${ref.stage}-a${ref.attempt}-unaskable`, unaskable);
  return {
    rows: rows + given.positions.size,
    ...asking.planned(await parts.end()),
    ...(skipped.size === 0 ? {} : { skipped: skipped.encode() }),
    ...(unaskableBlob === null ? {} : { unaskable: unaskableBlob }),
    ...given.plan,
    ...tally.planned(),
  };
};

const waitsForLinks = ({ generate: { checkUrls, messages } }: GenerateStage): boolean => {
  const parts = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  return checkUrls === true && !parts.some((part) => 'image' in part && part.image.path !== undefined);
};

/** Rows whose answer is known are not made again. */
async function* without(rows: AsyncIterable<RowToAsk>, positions: Bitmap): AsyncGenerator<RowToAsk> {
  for await (const row of rows) if (!positions.has(row.position)) yield row;
}

const POISONED = 'the process died while it made the request of this row; the row is left out';

const failureOf = (row: Row, code: string, message: string): FailureLine => ({
  row: row.id,
  outcome: 'invalid',
  code,
  message,
});
