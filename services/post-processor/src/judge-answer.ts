import { answerFields, compileAnswerCheck, parseJsonAnswer } from '@batchmill/answer-schema';
import type { FailureLine, Fields, GenerateStage, Json, Row } from '@batchmill/contracts';
import type { ReadLine } from '@batchmill/providers';
import { compileCondition, rowScope } from '@batchmill/templates';
import { isAnswered, resultLineOf } from './judge-result-line.ts';

/**
 * What one line of the provider, or its silence, means for a row. `again`: asking once more may help. `recut`: it has not
 * been asked, because its part is too large as it is.
 */
export type Verdict = { outcome: 'ok'; values: Fields } | Failure;

export type Failure = Pick<FailureLine, 'outcome' | 'code' | 'message' | 'raw' | 'values'> & {
  again: boolean;
  recut?: true;
};

/** `source` is the line as it stood in the provider's file. */
export type Judge = (row: Row, line: ReadLine, source: string) => Verdict;

/** Checks answers as the stage demands: finished, not refused, of the schema, not removed. */
export const createJudge = ({ generate, removeWhen }: GenerateStage, vars: Fields): Judge => {
  const check = generate.schema === undefined ? null : compileAnswerCheck(generate.schema);
  const isJson = check !== null || generate.parse === 'json';
  const isRemoved = removeWhen === undefined ? null : compileCondition(removeWhen);

  const accept = (row: Row, text: string, answer: Json): Verdict => {
    const values = answerFields(generate.into, answer);
    if (typeof values === 'string') return invalid(values, text);
    if (generate.rawInto !== undefined) values[generate.rawInto] = text;
    if (isRemoved?.(rowScope({ ...row, fields: { ...row.fields, ...values } }, vars)) === true) {
      return {
        outcome: 'removed',
        code: 'removed',
        message: `remove_when: ${removeWhen}`,
        again: false,
        raw: answer,
        values,
      };
    }
    return { outcome: 'ok', values };
  };

  return (row, line, source) => {
    if (generate.body !== undefined) {
      const whole = resultLineOf(row, source);
      if (line.kind !== 'error' || isAnswered(whole)) return accept(row, source, whole);
      return { outcome: line.outcome, code: line.code, message: line.message, again: line.retryable, raw: whole };
    }
    switch (line.kind) {
      case 'refused':
        return { outcome: 'refused', code: 'refused', message: line.message, again: false, raw: line.message };
      case 'truncated':
        return {
          outcome: 'truncated',
          code: 'truncated',
          message: `the answer was cut after ${line.usage.outputTokens} tokens`,
          again: true,
          raw: line.text,
        };
      case 'error':
        return { outcome: line.outcome, code: line.code, message: line.message, again: line.retryable };
      case 'answer': {
        if (!isJson) return accept(row, line.text, line.text);
        const parsed = parseJsonAnswer(line.text);
        if (!parsed.ok) return invalid(parsed.message, line.text);
        const problem = check?.(parsed.value) ?? null;
        return problem === null ? accept(row, line.text, parsed.value) : invalid(problem, line.text);
      }
    }
  };
};

const invalid = (message: string, raw: string): Verdict => ({
  outcome: 'invalid',
  code: 'schema',
  message,
  again: true,
  raw,
});
