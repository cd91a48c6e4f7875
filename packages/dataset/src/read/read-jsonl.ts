import type { Problem } from '@batchmill/contracts';
import { jsonProblem } from './json-problem.ts';
import { parseJson } from './parse-json.ts';
import { readText } from './read-text.ts';
import { excerpt, refuseFile } from './refuse-file.ts';
import { MAX_RECORD_BYTES } from './source-file.ts';
import type { SourceFile, SourceRecord } from './source-file.ts';

/**
 * One JSON value per line; blank lines are left out, a broken line is a problem and those after it are read.
 * @throws InputError where the first line shows that the file is something else
 */
export async function* readJsonl(
  file: SourceFile,
  { maxLineBytes = MAX_RECORD_BYTES }: { maxLineBytes?: number } = {},
): AsyncGenerator<SourceRecord[]> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let line = 0;
  let isFirst = true;

  const recordOf = (rest: Buffer): SourceRecord | undefined => {
    line += 1;
    const bytes = heldBytes + rest.length;
    const text = bytes > maxLineBytes ? undefined : held.length === 0 ? rest : Buffer.concat([...held, rest]);
    held = [];
    heldBytes = 0;
    const record =
      text === undefined
        ? tooLong(file, line, bytes, maxLineBytes)
        : parseLine(file, line, text.toString('utf8'), isFirst);
    if (record !== undefined) isFirst = false;
    return record;
  };

  for await (const chunk of readText(file)) {
    const records: SourceRecord[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      const record = recordOf(chunk.subarray(from, at));
      if (record !== undefined) records.push(record);
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    heldBytes += rest.length;
    if (heldBytes > maxLineBytes) held = [];
    else if (rest.length > 0) held.push(rest);
    if (records.length > 0) yield records;
  }
  const last = heldBytes > 0 ? recordOf(Buffer.alloc(0)) : undefined;
  if (last !== undefined) yield [last];
}

const parseLine = (file: SourceFile, line: number, text: string, isFirst: boolean): SourceRecord | undefined => {
  if (text.trim() === '') return undefined;
  try {
    return { line, value: parseJson(text) };
  } catch (error) {
    if (isFirst) refuseOtherFormat(file, line, text.trim(), error);
    return { line, problem: jsonProblem(error, { file: file.name, line }) };
  }
};

/** A broken first line tells whether the rest can be JSON Lines at all. */
const refuseOtherFormat = (file: SourceFile, line: number, text: string, cause: unknown): void => {
  if (text.startsWith('{') && text !== '{') return;
  const isJson = text.startsWith('[') || text === '{';
  throw refuseFile(
    file,
    line,
    {
      code: 'wrong-format',
      message: isJson
        ? 'the file looks like JSON over several lines, not like JSON Lines'
        : 'the file does not look like JSON Lines',
      found: excerpt(text),
      expected: 'a whole JSON object in every line',
      remedy: text.startsWith('[')
        ? 'Set the format of the source to json'
        : isJson
          ? 'Write each record in one line, or all records in one JSON array and set the format to json'
          : 'Set the format of the source to what the file is: csv, json, parquet or m4',
    },
    { cause },
  );
};

const tooLong = (file: SourceFile, line: number, bytes: number, limit: number): SourceRecord => {
  const problem: Problem = {
    code: 'line-too-long',
    message: 'the line is too long',
    place: { file: file.name, line },
    found: `${bytes} bytes`,
    expected: `at most ${limit} bytes`,
    remedy: 'Put large content, such as pictures, into files of their own and their path or URL into the row',
  };
  return { line, problem };
};
