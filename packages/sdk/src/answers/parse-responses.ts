import { checkSchema, compileAnswerCheck, parseJsonAnswer } from '@batchmill/answer-schema';
import type { AnswerSchema } from '@batchmill/answer-schema';
import { InputError } from '@batchmill/contracts';
import type { Json, Outcome, Usage } from '@batchmill/contracts';
import { readResultLine } from '@batchmill/providers/batch-files';
import type { ReadLine, UnparsableLine } from '@batchmill/providers/batch-files';
import { linesOf } from './lines-of.ts';
import type { LineSource } from './lines-of.ts';

export type ParseOptions = {
  /** Of the requests; by default `/v1/chat/completions`. */
  endpoint?: string;
  /** `text` (the default): the answer as the model wrote it. `json`: as JSON, alone or inside one code fence. */
  parse?: 'text' | 'json';
  /** JSON Schema that an answer has to fit; implies `json`. */
  schema?: AnswerSchema;
};

/** What one line says. */
export type ParsedResponse = Line & (Answered | Unanswered);

type Line = {
  /** Number of the line, from 1. */
  line: number;
  /** null where the line does not tell for which request it is. */
  customId: string | null;
  /** Tokens; null where the line has none. */
  usage: Usage | null;
  /** The whole line, parsed; as a text where it is no JSON. */
  raw: Json;
};

type Answered = {
  outcome: 'ok';
  /** The answer as the model wrote it. */
  text: string;
  /** The same text, or with `json` what it says. */
  value: Json;
};

type Unanswered = {
  outcome: Exclude<Outcome, 'ok' | 'skipped' | 'removed' | 'missing'>;
  /** `code` is stable. */
  reason: { code: string; message: string };
  /** What the model wrote all the same: an answer that was cut, or that is not of the schema. */
  text?: string;
};

/**
 * Lines of a provider's output and error files → one item for each line, in order. No line stops it: one without a response,
 * without choices, refused, cut or no JSON at all has an outcome and a reason. A plain text stays a text: "42" is no number.
 * @throws InputError at once where the schema is none
 */
export const parseResponses = (
  lines: LineSource,
  { endpoint = '/v1/chat/completions', parse = 'text', schema }: ParseOptions = {},
): AsyncGenerator<ParsedResponse, void, undefined> => {
  const faults = schema === undefined ? [] : checkSchema(schema);
  if (faults.length > 0) {
    const place = { path: 'schema' };
    throw new InputError(faults.map((message) => ({ code: 'schema', message, place })));
  }
  const check = schema === undefined ? () => null : compileAnswerCheck(schema);
  return parseAll(lines, endpoint, parse === 'text' && schema === undefined ? null : check);
};

type Check = (value: Json) => string | null;

/** `check` null: a text is not looked into. */
async function* parseAll(
  lines: LineSource,
  endpoint: string,
  check: Check | null,
): AsyncGenerator<ParsedResponse, void, undefined> {
  for await (const { line, value } of linesOf(lines)) {
    const raw = typeof value === 'string' ? parsed(value) : (value as Json);
    const read = readResultLine(typeof raw === 'object' && raw !== null ? raw : {}, endpoint);
    const customId = read.kind === 'unparsable' ? null : read.customId;
    const usage = read.kind === 'unparsable' ? null : (read.usage ?? null);
    yield { line, customId, ...judged(read, raw, check), usage, raw };
  }
}

const judged = (read: ReadLine | UnparsableLine, raw: Json, check: Check | null): Answered | Unanswered => {
  switch (read.kind) {
    case 'unparsable': {
      const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
      return not('invalid', 'unparsable', isObject ? read.message : 'the line is no JSON object');
    }
    case 'error':
      return not(read.outcome, read.code, read.message);
    case 'refused':
      return not('refused', 'refused', read.message);
    case 'truncated':
      return not('truncated', 'truncated', `the answer was cut after ${read.usage.outputTokens} tokens`, read.text);
    case 'answer': {
      const { text } = read;
      if (check === null) return { outcome: 'ok', text, value: text };
      const answer = parseJsonAnswer(text);
      if (!answer.ok) return not('invalid', 'schema', answer.message, text);
      const fault = check(answer.value);
      return fault === null ? { outcome: 'ok', text, value: answer.value } : not('invalid', 'schema', fault, text);
    }
  }
};

const not = (outcome: Unanswered['outcome'], code: string, message: string, text?: string): Unanswered => ({
  outcome,
  reason: { code, message },
  ...(text === undefined ? {} : { text }),
});

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};
