import type { AttemptRef, GenerateStage, PlanRecord } from '@batchmill/contracts';
import type { Ledger } from '@batchmill/ledger';
import { collectAnswers, nothingCollected } from './collect-answers.ts';
import type { AttemptRow } from './attempt-rows.ts';
import type { Judge, Verdict } from './judge-answer.ts';

type GivenAnswers = { ref: AttemptRef; plan: PlanRecord | undefined; stage: GenerateStage };

/**
 * Judges the rows whose answer was known before as if a provider had given it now. What it cost was paid then: its usage
 * counts for nothing.
 */
export const judgeGiven = async (
  ledger: Ledger,
  { ref, plan, stage }: GivenAnswers,
  rows: ReadonlyMap<string, AttemptRow>,
  judge: Judge,
): Promise<Map<string, Verdict>> => {
  const verdicts = new Map<string, Verdict>();
  if (plan?.given === undefined) return verdicts;
  const { generate } = stage;
  const collected = nothingCollected({ keepSources: generate.body !== undefined });
  const files = { blobs: [plan.given], endpoint: generate.endpoint, model: generate.model };
  await collectAnswers(ledger, ref, files, (row) => rows.has(row), collected);
  for (const [row, line] of collected.answers) {
    const known = rows.get(row);
    if (known !== undefined) verdicts.set(row, judge(known.row, line, collected.sources?.get(row) ?? ''));
  }
  return verdicts;
};
