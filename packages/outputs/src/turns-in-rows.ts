import type { FieldTypes, Output } from '@batchmill/contracts';
import { historyOf, readTurns, turnsAsMap } from '@batchmill/rounds';
import type { FinalRow } from './final-rows.ts';

/** Rows and field types of an output as its columns see them. */
type Seen = { types: FieldTypes; rows: () => AsyncIterable<FinalRow> };

/** Puts a map (`question_0`, `answer_0`, …) and a text, `<field>_history`, in place of each list of turns that the output wants so. */
export const withTurnsAsMaps = ({ turnsAsMap: wanted = {} }: Output, { types, rows }: Seen): Seen => {
  if (Object.keys(wanted).length === 0) return { types, rows };
  async function* changed(): AsyncGenerator<FinalRow> {
    for await (const final of rows()) {
      const fields = inPlaces(final.row.fields, wanted, (value) => {
        const turns = readTurns(value);
        return { map: turnsAsMap(turns), history: historyOf(turns) };
      });
      yield { ...final, row: { ...final.row, fields } };
    }
  }
  return { types: inPlaces(types, wanted, () => ({ map: 'json', history: 'string' })), rows: changed };
};

/** A map and a text in the place of each field with turns; what an earlier output has written under their names goes. */
const inPlaces = <Value>(
  fields: Record<string, Value>,
  wanted: Record<string, string>,
  made: (turns: Value) => { map: Value; history: Value },
): Record<string, Value> => {
  const names = Object.entries(wanted).filter(([turns]) => Object.hasOwn(fields, turns));
  const taken = new Set(names.flatMap(([turns, map]) => [map, historyField(turns)]));
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]): [string, Value][] => {
      const into = wanted[name];
      if (into === undefined) return taken.has(name) ? [] : [[name, value]];
      const { map, history } = made(value);
      return [
        [into, map],
        [historyField(name), history],
      ];
    }),
  );
};

const historyField = (turns: string): string => `${turns}_history`;
