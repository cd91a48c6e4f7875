import { findAllPlaces, keyDigest, readPlaces } from '@batchmill/answer-index';
import type { AttemptRef, Body, GenerateStage, PlanRecord, Row } from '@batchmill/contracts';
import { Bitmap, keys } from '@batchmill/ledger';
import type { Ledger, ShardFacts } from '@batchmill/ledger';
import { rowsToAsk } from './rows-to-ask.ts';

export type GivenWork = {
  ledger: Ledger;
  ref: AttemptRef;
  facts: ShardFacts;
  stage: GenerateStage;
  /** Whether the row is asked at all. */
  isAsked: (row: Row) => boolean;
  customIdOf: (row: Row) => string;
};

/** Plans a stage whose answers are given by the keys of its rows: nothing is asked, and what is not given is missing. */
export const planGiven = async (work: GivenWork): Promise<Body<PlanRecord>> => {
  const { ledger, ref, facts, stage, isAsked, customIdOf } = work;
  const skipped = new Bitmap();
  const customIds: string[] = [];
  const digests: Buffer[] = [];
  let rows = 0;
  for await (const { row, position } of rowsToAsk(ledger, facts, ref.attempt)) {
    rows += 1;
    if (!isAsked(row)) {
      skipped.add(position);
      continue;
    }
    customIds.push(customIdOf(row));
    digests.push(keyDigest(stage.number, row.key));
  }
  const index = await ledger.read(keys.answers(ref));
  const places = index?.by === 'key' ? await findAllPlaces(ledger, index, digests) : [];
  async function* lines(): AsyncGenerator<unknown> {
    if (index === null) return;
    for await (const { position, line } of readPlaces(ledger, index, places)) {
      yield { ...(JSON.parse(line) as object), custom_id: customIds[position] };
    }
  }
  const name = `${ref.stage}-a${ref.attempt}-given`;
  return {
    rows,
    asked: 0,
    parts: [],
    ...(skipped.size === 0 ? {} : { skipped: skipped.encode() }),
    ...(places.length === 0 ? {} : { given: await ledger.writeLines(ref, name, lines()) }),
  };
};
