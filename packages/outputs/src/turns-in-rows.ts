import type { FieldTypes, Output } from '@batchmill/contracts';
import { historyOf, readTurns, turnsAsMap } from '@batchmill/rounds';
import type { FinalRow } from './final-rows.ts';

/** Rows and field types of an output as its columns see them. */
type Seen = { types: FieldTypes; rows: () => AsyncIterable<FinalRow> };

/** Puts a map (`question_0`, `answer_0`, …) and a text, `<field>_history`, in place of each list of turns that the output wants so. */
export const withTurnsAsMaps = ({ turnsAsMap: wanted = {} }: Output, { types, rows }: Seen): Seen => {
  const entries = Object.entries(wanted);
  if (entries.length === 0) return { types, rows };
  async function* changed(): AsyncGenerator<FinalRow> {
    for await (const final of rows()) {
      const fields = Object.fromEntries(
        Object.entries(final.row.fields).flatMap(([name, value]) => {
          const into = wanted[name];
          if (into === undefined) return [[name, value]];
          const turns = readTurns(value);
          return [
            [into, turnsAsMap(turns)],
            [historyField(name), historyOf(turns)],
          ];
        }),
      );
      yield { ...final, row: { ...final.row, fields } };
    }
  }
  return { types: typesWithMaps(wanted, types), rows: changed };
};

const typesWithMaps = (wanted: Record<string, string>, types: FieldTypes): FieldTypes =>
  Object.fromEntries(
    Object.entries(types).flatMap(([name, type]) => {
      const into = wanted[name];
      return into === undefined
        ? [[name, type]]
        : [
            [into, 'json'],
            [historyField(name), 'string'],
          ];
    }),
  );

const historyField = (turns: string): string => `${turns}_history`;
