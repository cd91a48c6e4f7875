import { closeSync, openSync, readSync } from 'node:fs';
import type { AnswerMaker } from '../answers/answer-maker.ts';
import type { Turn } from '../fair-turns.ts';
import { groupOf } from '../meter/group-of.ts';
import type { Meter } from '../meter/meter.ts';
import { shuffledIndexes } from '../random.ts';
import type { BatchRecord, BatchUsage } from '../state/records.ts';
import type { BatchOutput } from './batch-output.ts';
import { requestOf } from './check-line.ts';
import type { RequestLine } from './check-line.ts';
import { unansweredLine } from './result-lines.ts';
import { runRow } from './run-row.ts';
import type { RowResult } from './run-row.ts';
import type { ScannedInput } from './scan-input.ts';

export type RunProgress = { run: number; completed: number; failed: number; usage: BatchUsage };

/** Runs the requests of one batch in an order of their own, and pays for each answer at the meter. */
export type RowRunner = {
  progress: Readonly<RunProgress>;
  /** Goes on until so many rows have run and all that are on the bill, or until the signal is aborted. */
  runTo(rows: number, signal: AbortSignal): Promise<void>;
  /** Writes an error line for each row that has not run. */
  writeUnrun(error: { code: string; message: string }): Promise<void>;
  close(): void;
};

export type RowRunnerParts = {
  batch: BatchRecord;
  inputPath: string;
  input: ScannedInput;
  output: BatchOutput;
  answer: AnswerMaker;
  meter: Meter;
  turn: Turn;
  /** Virtual time at which a row of this position in the order is answered. */
  answeredMs(position: number): number;
};

export const openRowRunner = (parts: RowRunnerParts): RowRunner => {
  const { batch, input, output, meter, turn } = parts;
  const file = openSync(parts.inputPath, 'r');
  const total = input.offsets.length;
  const order = shuffledIndexes(total, `${batch.seed} order ${batch.seq}`);
  const progress: RunProgress = { run: 0, completed: 0, failed: 0, usage: { inputTokens: 0, outputTokens: 0 } };
  // Rows come in the same order at every making: the first so many answers are already on the bill.
  const bill = { paidBefore: meter.billedBefore(batch.seq) };

  const requestAt = (index: number): RequestLine => {
    const bytes = Buffer.allocUnsafe(input.lengths[index] ?? 0);
    readSync(file, bytes, 0, bytes.length, input.offsets[index] ?? 0);
    return requestOf(bytes.toString('utf8'));
  };

  const pay = (request: RequestLine, result: Extract<RowResult, { kind: 'answered' }>): void => {
    if (bill.paidBefore > 0) {
      bill.paidBefore -= 1;
      return;
    }
    const { intact, inputTokens, outputTokens } = result;
    const group = groupOf(request.customId, () => JSON.stringify(request.body));
    meter.bill({ group, batchSeq: batch.seq, intact, inputTokens, outputTokens });
  };

  const record = async (request: RequestLine, result: RowResult): Promise<void> => {
    progress.run += 1;
    if (result.kind === 'failed') {
      progress.failed += 1;
      await output.writeError(result.line);
      return;
    }
    progress.completed += 1;
    progress.usage.inputTokens += result.inputTokens;
    progress.usage.outputTokens += result.outputTokens;
    pay(request, result);
    for (const line of result.lines) await output.writeOutput(line);
  };

  return {
    progress,
    runTo: async (rows, signal) => {
      // What is on the bill from before a restart has run, whatever the pace or a cancel says.
      while ((progress.run < rows || bill.paidBefore > 0) && progress.run < total && !signal.aborted) {
        const position = progress.run;
        const index = order[position] ?? 0;
        const request = requestAt(index);
        const result = await runRow(parts.answer, batch, request, index, parts.answeredMs(position));
        // A row that was still running when the batch was stopped has not run.
        if (signal.aborted) break;
        await record(request, result);
        await turn.giveWay();
      }
      meter.flush();
    },
    writeUnrun: async (error) => {
      for (let position = progress.run; position < total; position += 1) {
        const index = order[position] ?? 0;
        const { customId } = requestAt(index);
        await output.writeError(unansweredLine({ batchId: batch.id, index, customId }, error));
        await turn.giveWay();
      }
    },
    close: () => closeSync(file),
  };
};
