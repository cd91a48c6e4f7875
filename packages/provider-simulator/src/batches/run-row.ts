import type { AnswerMaker } from '../answers/answer-maker.ts';
import { completionBody } from '../answers/completion-body.ts';
import { rowFaultFor } from '../faults/row-faults.ts';
import type { RowFault } from '../faults/row-faults.ts';
import type { RowError } from '../faults/fault-settings.ts';
import { problemType } from '../http/api-error.ts';
import type { ApiProblem } from '../http/api-error.ts';
import { LINE_ERRORS } from '../observed-errors.ts';
import type { BatchRecord } from '../state/records.ts';
import type { RequestLine } from './check-line.ts';
import { answeredLine, refusedLine, shortHash, unansweredLine } from './result-lines.ts';

/** What became of one request, with the text it puts into the files. */
export type RowResult =
  | { kind: 'answered'; lines: readonly string[]; intact: boolean; inputTokens: number; outputTokens: number }
  | { kind: 'failed'; line: string };

export const runRow = async (
  answer: AnswerMaker,
  batch: BatchRecord,
  request: RequestLine,
  index: number,
  createdMs: number,
): Promise<RowResult> => {
  const name = { batchId: batch.id, index, customId: request.customId };
  const fault = rowFaultFor(batch.faults.rows, batch.seed, request.customId);
  if (fault?.kind === 'error') return { kind: 'failed', line: faultLine(name, fault.error) };
  const made = await answer(request.body, batch.seed, fault);
  if (!made.ok) return { kind: 'failed', line: refusedLine(name, made.problem) };
  const body = completionBody(made, `chatcmpl-${shortHash(`completion ${batch.id} ${index}`)}`, createdMs);
  const isWhole = made.choices.every((choice) => choice.finishReason === 'stop' && choice.refusal === null);
  return {
    kind: 'answered',
    lines: linesWith(fault, answeredLine(name, body)),
    intact: isWhole && (fault === null || fault.kind === 'duplicate') && batch.fate?.ends !== 'failed',
    inputTokens: made.promptTokens,
    outputTokens: made.completionTokens,
  };
};

export const injectedProblem = ({ status = 500, code, message }: RowError): ApiProblem => ({
  status,
  code: code ?? (status === 429 ? 'rate_limit_exceeded' : null),
  type: problemType(status, code ?? null),
  param: null,
  message: message ?? `Injected error with status ${status}.`,
});

const faultLine = (name: Parameters<typeof refusedLine>[0], error: RowError): string =>
  error.status === undefined
    ? unansweredLine(name, {
        code: error.code ?? LINE_ERRORS.timeout.code,
        message: error.message ?? LINE_ERRORS.timeout.message(),
      })
    : refusedLine(name, injectedProblem(error));

const linesWith = (fault: RowFault | null, line: string): string[] => {
  if (fault?.kind === 'missing') return [];
  if (fault?.kind === 'duplicate') return [line, line];
  // Cut in the middle: neither JSON nor of any use, but the custom id may still be read in it.
  if (fault?.kind === 'garbage') return [line.slice(0, Math.floor(line.length / 2))];
  return [line];
};
