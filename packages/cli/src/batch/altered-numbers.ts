import { createReadStream } from 'node:fs';

const NEWLINE = 10;
const MAY_BE_ALTERED = /\d{16}/;

/**
 * The lines of a JSONL file in which an integer stands that a double would change, with that integer. A row keeps such a
 * number as text, which suits an id but no request.
 */
export async function* alteredNumbers(path: string): AsyncGenerator<{ line: number; number: string }> {
  let line = 0;
  for await (const text of lines(path)) {
    line += 1;
    const number = MAY_BE_ALTERED.test(text) ? firstAltered(text) : undefined;
    if (number !== undefined) yield { line, number };
  }
}

async function* lines(path: string): AsyncGenerator<string> {
  let held: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, at)]).toString();
      held = [];
      from = at + 1;
    }
    held.push(chunk.subarray(from));
  }
  yield Buffer.concat(held).toString();
}

const firstAltered = (text: string): string | undefined => {
  let found: string | undefined;
  try {
    parseWithSource(text, (_key, value, { source }) => {
      if (typeof value === 'number' && /^-?\d+$/.test(source ?? '') && !Number.isSafeInteger(value)) found ??= source;
      return value;
    });
  } catch {
    // whoever reads the line tells what is wrong with it
  }
  return found;
};

/** The types of TypeScript do not know yet that a reviver is given the source of a number. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown;
