import { InputError, ordinalOf, outcomeSchema, rowIdSchema, stageNumberSchema } from '@batchmill/contracts';
import type { BlobRef, RejectedRow } from '@batchmill/contracts';
import { KeyIndex } from '@batchmill/dataset';
import { readTextLines } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { z } from 'zod';
import type { ReadRows } from './read-rows.ts';
import type { Survey } from './survey-source.ts';

const FILE = 'rows.jsonl';

const rowSchema = z.looseObject({
  id: rowIdSchema,
  key: z.string(),
  home: z.int().nonnegative(),
  line: z.int(),
  fields: z.record(z.string(), z.json()),
});
const endedSchema = rowSchema.extend({
  stage: stageNumberSchema,
  step: z.string(),
  outcome: outcomeSchema,
  reason: z.object({ code: z.string(), message: z.string() }),
});

/** The rows of an earlier job as they enter its open step, and those that ended before it, in source order. */
export const preparedRows = (ledger: Ledger, blob: BlobRef): ReadRows =>
  async function* readRows() {
    let number = 0;
    for await (const text of readTextLines(ledger.store, blob)) {
      number += 1;
      const value = readLine(text, number);
      const ordinal = ordinalOf(value.id);
      const ended = endedSchema.safeParse(value);
      if (ended.success) {
        const reject = { attempts: 0, ...ended.data } as RejectedRow;
        yield { kind: 'ended', ordinal, file: FILE, line: value.line, reject };
      } else {
        yield { kind: 'row', ordinal, file: FILE, line: value.line, row: value, bytes: Buffer.byteLength(text) };
      }
    }
  };

/** Counts them; their job has looked at them before. @throws InputError where a key comes twice */
export const surveyPrepared = async (readRows: ReadRows): Promise<Survey> => {
  const survey: Survey = { rows: 0, rejected: 0, bytes: 0 };
  const keys = new KeyIndex();
  for await (const read of readRows()) {
    survey.rows += 1;
    if (read.kind !== 'row') survey.rejected += 1;
    else if (keys.add(read.row.key, survey.rows) !== null)
      throw mistake(survey.rows, `the key "${read.row.key}" again`);
  }
  return survey;
};

const readLine = (text: string, line: number): z.infer<typeof rowSchema> => {
  try {
    return rowSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw mistake(line, text.slice(0, 100), cause);
  }
};

const mistake = (line: number, found: string, cause?: unknown): InputError =>
  new InputError(
    [
      {
        code: 'bad-prepared-row',
        message: 'a line is no row as the preparing job wrote it',
        place: { file: FILE, line },
        found,
        remedy: 'Take the file as it was written, or prepare the requests anew',
      },
    ],
    { cause },
  );
