import { Readable } from 'node:stream';

/** The text of a JSONL file; its bytes or characters as a stream; or its lines one by one, as texts or already parsed. */
export type LineSource = string | Iterable<LineItem> | AsyncIterable<LineItem>;
type LineItem = string | object;

/** A line, and its number from 1. */
export type SourceLine = { line: number; value: string | object };

/**
 * The lines of a file however it is given; blank ones count and are not given. A stream of Node or of the web is cut at its
 * newlines, and so are bytes; a text in any other iterable is a line, or several. Holds one line at a time.
 */
export async function* linesOf(source: LineSource): AsyncGenerator<SourceLine, void, undefined> {
  const isStream = source instanceof Readable || source instanceof ReadableStream;
  const decoder = new TextDecoder();
  let line = 0;
  let rest: string[] = [];
  const cut = (text: string): SourceLine[] => {
    const [first = '', ...others] = text.split('\n');
    rest.push(first);
    const lines: SourceLine[] = [];
    for (const next of others) {
      line += 1;
      const value = rest.join('').replace(/\r$/, '');
      if (value.trim() !== '') lines.push({ line, value });
      rest = [next];
    }
    return lines;
  };

  for await (const item of typeof source === 'string' ? [source] : source) {
    if (typeof item === 'string') yield* cut(isStream || item.endsWith('\n') ? item : `${item}\n`);
    else if (item instanceof Uint8Array) yield* cut(decoder.decode(item, { stream: true }));
    else {
      line += 1;
      yield { line, value: item };
    }
  }
  yield* cut(`${decoder.decode()}\n`);
}
