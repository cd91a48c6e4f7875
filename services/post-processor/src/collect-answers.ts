import { ATTEMPTS_PER_RUN, parseCustomId } from '@batchmill/contracts';
import type { AttemptRef, LineBlobRef, PartPlan, Usage } from '@batchmill/contracts';
import { readTextLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { costOf, readResultLine, worthOf } from '@batchmill/providers';
import type { ReadLine } from '@batchmill/providers';

/** All that an attempt's files say, joined by row; what could not be used is counted and kept. */
export type Collected = {
  answers: Map<string, ReadLine>;
  /** The lines that the answers were read from; held only where somebody wants them. */
  sources: Map<string, string> | null;
  lines: { unknown: number; duplicate: number; unparsable: number };
  strays: string[];
  usage: Usage;
  cost: number;
  realtimeCost: number;
};

/** Files of result lines, and what they answer. */
export type ResultFiles = Pick<PartPlan, 'endpoint' | 'model' | 'mode'> & { blobs: readonly LineBlobRef[] };

/**
 * Reads output and error files. The first line of a row wins, but an answer wins over a cut or refused one
 * and those over an error, so that no row is asked again that has answered.
 */
export const collectAnswers = async (
  ledger: Ledger,
  ref: AttemptRef,
  files: ResultFiles,
  isExpected: (rowId: string) => boolean,
  into: Collected,
): Promise<void> => {
  for (const blob of files.blobs) {
    for await (const text of readTextLines(ledger.store, blob)) {
      const line = readResultLine(text, files.endpoint);
      if (line.kind === 'unparsable') {
        into.lines.unparsable += 1;
        into.strays.push(text);
        continue;
      }
      pay(into, line, files);
      const row = rowOf(ref, line.customId);
      if (row === null || !isExpected(row)) {
        into.lines.unknown += 1;
        into.strays.push(text);
        continue;
      }
      const known = into.answers.get(row);
      if (known !== undefined) {
        into.lines.duplicate += 1;
        if (worthOf(line) <= worthOf(known)) {
          into.strays.push(text);
          continue;
        }
        into.strays.push(JSON.stringify(known));
      }
      into.answers.set(row, line);
      into.sources?.set(row, text);
    }
  }
};

export const nothingCollected = ({ keepSources }: { keepSources: boolean }): Collected => ({
  answers: new Map(),
  sources: keepSources ? new Map() : null,
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

const pay = (into: Collected, line: ReadLine, { model, mode }: ResultFiles): void => {
  if (line.usage === undefined) return;
  into.usage.inputTokens += line.usage.inputTokens;
  into.usage.cachedInputTokens += line.usage.cachedInputTokens;
  into.usage.outputTokens += line.usage.outputTokens;
  into.usage.reasoningTokens += line.usage.reasoningTokens;
  into.cost += costOf(line.usage, model, mode === 'live' ? 'realtime' : 'batch');
  into.realtimeCost += costOf(line.usage, model, 'realtime');
};
