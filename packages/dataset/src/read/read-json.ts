import type { Json } from '@batchmill/contracts';
import { Assembler } from 'stream-json/assembler.js';
import { jsonParser } from 'stream-json/parser.js';
import type { Token } from 'stream-json/parser.js';
import { jsonProblem } from './json-problem.ts';
import { exactNumber } from './parse-json.ts';
import { readText } from './read-text.ts';
import { excerpt, refuseFile } from './refuse-file.ts';
import { MAX_RECORD_BYTES } from './source-file.ts';
import type { SourceFile, SourceRecord } from './source-file.ts';

/**
 * The elements of one JSON array, however long the file; `line` is the number of the element, from 1.
 * @throws InputError where the file is no array, is broken, or ends too early: nothing after that place can be read
 */
export async function* readJson(file: SourceFile): AsyncGenerator<SourceRecord[]> {
  const array = new ArrayReading(file);
  let line = 1;
  for await (const chunk of readText(file)) {
    if (line === 1 && !array.isOpen) refuseOtherFormat(file, chunk);
    const records: SourceRecord[] = [];
    for (const piece of pieces(chunk)) {
      array.read(piece, line, records);
      if (piece.endsWith('\n')) line += 1;
    }
    if (records.length > 0) yield records;
  }
  if (!array.isClosed) throw truncated(file, line, array.elements);
}

/** Whole lines, so that a mistake is found on its line. */
const pieces = (chunk: Buffer): string[] => chunk.toString('utf8').split(/(?<=\n)/);

class ArrayReading {
  isOpen = false;
  isClosed = false;
  /** Number of elements read to their end. */
  elements = 0;
  readonly #file: SourceFile;
  readonly #tokenize = jsonParser({ streamValues: false });
  #assembler = new Assembler();
  #depth = 0;
  #charactersSinceElement = 0;
  #numberError: unknown;

  constructor(file: SourceFile) {
    this.#file = file;
  }

  read(text: string, line: number, records: SourceRecord[]): void {
    for (const token of this.#tokens(text, line)) {
      if (!this.isOpen) this.isOpen = true;
      else if (this.#depth === 0 && token.name === 'endArray') this.isClosed = true;
      else this.#take(token, records);
    }
    this.#charactersSinceElement += text.length;
    if (this.#charactersSinceElement > MAX_RECORD_BYTES) throw tooLong(this.#file, line, this.elements + 1);
  }

  #tokens(text: string, line: number): Token[] {
    try {
      const tokens = this.#tokenize(text);
      return typeof tokens === 'object' && tokens !== null && 'values' in tokens ? tokens.values : [];
    } catch (error) {
      throw broken(this.#file, line, this.elements + 1, error);
    }
  }

  #take(token: Token, records: SourceRecord[]): void {
    this.#assembler.consume(token.name === 'numberValue' ? this.#exact(token) : token);
    if (token.name === 'startObject' || token.name === 'startArray') this.#depth += 1;
    if (token.name === 'endObject' || token.name === 'endArray') this.#depth -= 1;
    if (this.#depth > 0 || token.name === 'keyValue') return;
    this.elements += 1;
    this.#charactersSinceElement = 0;
    records.push(this.#record());
    this.#numberError = undefined;
  }

  #record(): SourceRecord {
    const line = this.elements;
    if (this.#numberError !== undefined) {
      return { line, problem: jsonProblem(this.#numberError, { file: this.#file.name, path: `[${line - 1}]` }) };
    }
    return { line, value: this.#assembler.current as Json };
  }

  #exact(token: Token & { name: 'numberValue' }): Token {
    try {
      const exact = exactNumber(token.value);
      return typeof exact === 'string' ? { name: 'stringValue', value: exact } : token;
    } catch (error) {
      this.#numberError ??= error;
      return { name: 'nullValue', value: null };
    }
  }
}

const refuseOtherFormat = (file: SourceFile, head: Buffer): void => {
  const text = head.toString('utf8').trimStart();
  if (text === '' || text.startsWith('[')) return;
  const isLines = /^\{[^\n]*\}\s*\n\s*\{/.test(text);
  throw refuseFile(file, 1, {
    code: 'wrong-format',
    message: isLines ? 'the file looks like JSON Lines, not like one JSON array' : 'the file is no JSON array',
    found: text.startsWith('{') && !isLines ? `an object at the top, ${excerpt(text)}` : excerpt(text),
    expected: 'an array of objects: [ {…}, {…} ]',
    remedy: isLines
      ? 'Set the format of the source to jsonl'
      : text.startsWith('{')
        ? 'Take the array out of the object, for example with: jq .rows OLD > NEW'
        : 'Set the format of the source to what the file is: csv, jsonl, parquet or m4',
  });
};

const broken = (file: SourceFile, line: number, element: number, cause: unknown) =>
  refuseFile(
    file,
    line,
    {
      code: 'broken-json',
      message: `the array is not valid JSON in or after element ${element}: ${parserWords(cause)}`,
      remedy: 'Correct that place (NaN and Infinity are no JSON: write null); nothing after it can be read',
    },
    { cause },
  );

const parserWords = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^Parser cannot parse input: /, '');

const truncated = (file: SourceFile, line: number, elements: number) =>
  refuseFile(file, line, {
    code: 'truncated-json',
    message: `the file ends inside its array, ${elements === 0 ? 'before its first element is whole' : `after element ${elements}`}`,
    expected: 'a closing ]',
    remedy: 'Get the file again if its end is missing; else correct its last element',
  });

const tooLong = (file: SourceFile, line: number, element: number) =>
  refuseFile(file, line, {
    code: 'line-too-long',
    message: `element ${element} is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`,
    remedy: 'Put large content, such as pictures, into files of their own and their path or URL into the row',
  });
