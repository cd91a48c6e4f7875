import type { Fields } from '@batchmill/contracts';
import { ownValue } from '../own-value.ts';
import type { Column, RowWriter, Sink } from './row-writer.ts';
import { TextSink } from './text-sink.ts';

/** One object per line, its fields in the order of the columns. */
export const openJsonlWriter = (columns: readonly Column[], sink: Sink): RowWriter => {
  const text = new TextSink(sink);
  const toJson = objectText(columns);
  let rows = 0;
  return {
    write: (values) => {
      rows += 1;
      return text.write(`${toJson(values)}\n`);
    },
    finish: async () => {
      await text.flush();
      return { rows };
    },
  };
};

/** One array with an object per line, indented by two spaces. */
export const openJsonWriter = (columns: readonly Column[], sink: Sink): RowWriter => {
  const text = new TextSink(sink);
  const toJson = objectText(columns);
  let rows = 0;
  return {
    write: (values) => {
      rows += 1;
      return text.write(`${rows === 1 ? '[' : ','}\n  ${toJson(values)}`);
    },
    finish: async () => {
      await text.write(rows === 0 ? '[]\n' : '\n]\n');
      await text.flush();
      return { rows };
    },
  };
};

/** Put together by hand: an object would move names that look like numbers to its front. */
const objectText = (columns: readonly Column[]): ((values: Fields) => string) => {
  const names = columns.map(({ name }) => ({ name, label: `${JSON.stringify(name)}:` }));
  return (values) => {
    const there = names.filter(({ name }) => Object.hasOwn(values, name));
    return `{${there.map(({ name, label }) => label + JSON.stringify(ownValue(values, name))).join(',')}}`;
  };
};
