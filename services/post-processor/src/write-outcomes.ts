import type { AnswerLine, AttemptRef, Body, FailureLine, Outcome, OutcomesRecord } from '@batchmill/contracts';
import { Bitmap } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import type { Decided } from './decide-outcomes.ts';

/** Stores an attempt's answers, failures and strays, and makes its record. */
export const writeOutcomes = async (
  ledger: Ledger,
  ref: AttemptRef,
  { decisions, collected, reused }: Decided,
): Promise<Body<OutcomesRecord>> => {
  const bitmaps = new Map<Outcome, Bitmap>();
  const again = new Bitmap();
  const reasons: Record<string, number> = {};
  const answers: AnswerLine[] = [];
  const failures: FailureLine[] = [];
  const mark = (outcome: Outcome, position: number): void => {
    const bitmap = bitmaps.get(outcome) ?? new Bitmap();
    bitmap.add(position);
    bitmaps.set(outcome, bitmap);
  };
  for (const decision of decisions) {
    switch (decision.kind) {
      case 'ok':
        mark('ok', decision.position);
        answers.push({ row: decision.row, values: decision.values });
        break;
      case 'skipped':
        mark('skipped', decision.position);
        break;
      case 'ended':
        mark(decision.failure.outcome, decision.position);
        failures.push(decision.failure);
        break;
      case 'again':
        again.add(decision.position);
        reasons[decision.reason] = (reasons[decision.reason] ?? 0) + 1;
        failures.push(decision.failure);
        break;
    }
  }
  const name = (what: string): string => `${ref.stage}-a${ref.attempt}-${what}`;
  const { lines, usage, cost, realtimeCost } = collected;
  return {
    rows: decisions.length,
    counts: Object.fromEntries([...bitmaps].map(([outcome, bitmap]) => [outcome, bitmap.size])),
    bitmaps: Object.fromEntries([...bitmaps].map(([outcome, bitmap]) => [outcome, bitmap.encode()])),
    again: { rows: again.size, reasons, bitmap: again.encode() },
    lines,
    answers: await ledger.writeLinesIfAny(ref, name('answers'), answers),
    failures: await ledger.writeLinesIfAny(ref, name('failures'), failures),
    strays: await ledger.writeLinesIfAny(ref, name('strays'), collected.strays),
    ...(reused === 0 ? {} : { reused }),
    usage,
    cost,
    realtimeCost,
  };
};
