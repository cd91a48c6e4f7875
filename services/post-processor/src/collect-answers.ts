import { ATTEMPTS_PER_RUN, parseCustomId } from '@batchmill/contracts';
import type { AttemptRef, Usage } from '@batchmill/contracts';
import { readTextLines } from '@batchmill/ledger';
import type { Ledger, PartFacts } from '@batchmill/ledger';
import { costOf, readResultLine } from '@batchmill/providers';
import type { ReadLine } from '@batchmill/providers';

/** All that an attempt's files say, joined by row; what could not be used is counted and kept. */
export type Collected = {
  answers: Map<string, ReadLine>;
  lines: { unknown: number; duplicate: number; unparsable: number };
  strays: string[];
  usage: Usage;
  cost: number;
  realtimeCost: number;
};

/**
 * Reads the output and error files of a part. The first line of a row wins, but an answer wins over a cut or refused one
 * and those over an error, so that no row is asked again that has answered.
 */
export const collectAnswers = async (
  ledger: Ledger,
  ref: AttemptRef,
  part: PartFacts,
  isExpected: (rowId: string) => boolean,
  into: Collected,
): Promise<void> => {
  for (const blob of [part.results?.output, part.results?.errors]) {
    if (blob === null || blob === undefined) continue;
    for await (const text of readTextLines(ledger.store, blob)) {
      const line = readResultLine(text, part.plan.endpoint);
      if (line.kind === 'unparsable') {
        into.lines.unparsable += 1;
        into.strays.push(text);
        continue;
      }
      pay(into, line, part.plan.model);
      const row = rowOf(ref, line.customId);
      if (row === null || !isExpected(row)) {
        into.lines.unknown += 1;
        into.strays.push(text);
        continue;
      }
      const known = into.answers.get(row);
      if (known !== undefined) {
        into.lines.duplicate += 1;
        if (WORTH[line.kind] <= WORTH[known.kind]) {
          into.strays.push(text);
          continue;
        }
        into.strays.push(JSON.stringify(known));
      }
      into.answers.set(row, line);
    }
  }
};

const WORTH: Record<ReadLine['kind'], number> = { answer: 2, truncated: 1, refused: 1, error: 0 };

export const nothingCollected = (): Collected => ({
  answers: new Map(),
  lines: { unknown: 0, duplicate: 0, unparsable: 0 },
  strays: [],
  usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, reasoningTokens: 0 },
  cost: 0,
  realtimeCost: 0,
});

/** The row a custom id of exactly this attempt names, else null. */
const rowOf = (ref: AttemptRef, customId: string): string | null => {
  const parts = parseCustomId(customId);
  const attempt = (ref.run - 1) * ATTEMPTS_PER_RUN + ref.attempt;
  const isOurs = parts?.job === ref.job && parts.stage === ref.stage && parts.attempt === attempt;
  return isOurs ? parts.row : null;
};

const pay = (into: Collected, line: ReadLine, model: string): void => {
  if (line.usage === undefined) return;
  into.usage.inputTokens += line.usage.inputTokens;
  into.usage.cachedInputTokens += line.usage.cachedInputTokens;
  into.usage.outputTokens += line.usage.outputTokens;
  into.usage.reasoningTokens += line.usage.reasoningTokens;
  into.cost += costOf(line.usage, model, 'batch');
  into.realtimeCost += costOf(line.usage, model, 'realtime');
};
