import type { AttemptRef, FailureLine, Fields, GenerateStage, LineBlobRef } from '@batchmill/contracts';
import { Bitmap, excludedLines } from '@batchmill/ledger';
import type { AttemptFacts, Control, Ledger, PartFacts, ShardFacts } from '@batchmill/ledger';
import { attemptRows } from './attempt-rows.ts';
import { collectAnswers, nothingCollected } from './collect-answers.ts';
import type { Collected } from './collect-answers.ts';
import { decideRow } from './decide-row.ts';
import type { Decision } from './decide-row.ts';
import { createJudge } from './judge-answer.ts';
import type { Verdict } from './judge-answer.ts';
import { judgeGiven } from './judge-given.ts';
import { requestedRows } from './requested-rows.ts';
import { givenUpFor, silenceOf, silenceOfUnasked } from './silence.ts';

/** `reused`: rows that were judged by an answer known before. */
export type Decided = { decisions: Decision[]; collected: Collected; reused: number };

export type Accounting = {
  ref: AttemptRef;
  facts: ShardFacts;
  attempt: AttemptFacts;
  stage: GenerateStage;
  vars: Fields;
  control: Control;
};

/** Decides every row of the attempt exactly once, in source order. */
export const decideOutcomes = async (ledger: Ledger, accounting: Accounting): Promise<Decided> => {
  const { ref, facts, attempt, stage, vars } = accounting;
  const rows = await attemptRows(ledger, facts, ref.attempt);
  const judge = createJudge(stage, vars);
  const verdicts = new Map<string, Verdict>();
  const collected = nothingCollected({ keepSources: stage.generate.body !== undefined });

  for await (const failure of ledger.readLines<FailureLine>(attempt.plan?.unaskable ?? null)) {
    verdicts.set(failure.row, { ...failure, again: false });
  }
  const given = await judgeGiven(ledger, { ref, plan: attempt.plan, stage }, rows, judge);
  for (const [row, verdict] of given) verdicts.set(row, verdict);
  for (const part of attempt.parts) await judgePart(part);

  async function judgePart(part: PartFacts): Promise<void> {
    const excluded = excludedLines(part);
    const silent = silenceOf(part, givenUpFor(facts.quarantined[0]));
    const requested = new Set<string>();
    for await (const { line, row } of requestedRows(ledger, part)) {
      requested.add(row);
      const error = excluded.get(line);
      if (error !== undefined) {
        verdicts.set(row, { outcome: 'invalid', code: error.code, message: error.message, again: false });
      }
    }
    await collectAnswers(
      ledger,
      ref,
      { ...part.plan, blobs: resultBlobs(part) },
      (row) => requested.has(row),
      collected,
    );
    for (const row of requested) {
      if (verdicts.has(row)) continue;
      const known = rows.get(row);
      const line = collected.answers.get(row);
      if (known === undefined) continue;
      const source = collected.sources?.get(row) ?? '';
      verdicts.set(row, line === undefined ? silent : judge(known.row, line, source));
    }
  }

  const unasked = silenceOfUnasked(attempt.plan, facts, stage);
  const skipped = Bitmap.decode(attempt.plan?.skipped);
  const decisions: Decision[] = [];
  for (const [row, known] of rows) {
    if (skipped.has(known.position)) decisions.push({ kind: 'skipped', row, position: known.position });
    else decisions.push(decideRow(accounting, row, known, verdicts.get(row) ?? unasked));
  }
  // what was answered by hand is no answer of an earlier job
  return { decisions, collected, reused: stage.generate.mode === 'by-hand' ? 0 : given.size };
};

/** The files that answer a part. Of a live part without results, whose runner was given up, its checkpoints are paid. */
const resultBlobs = ({ results, chunks = [] }: PartFacts): LineBlobRef[] =>
  (results === undefined ? chunks : [results])
    .flatMap(({ output, errors }) => [output, errors])
    .filter((blob) => blob !== null);
