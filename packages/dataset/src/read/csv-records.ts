import type { Problem } from '@batchmill/contracts';
import { CsvError, parse } from 'csv-parse';
import type { Parser } from 'csv-parse';
import { LineCounter } from './line-counter.ts';
import { readText } from './read-text.ts';
import { excerpt, refuseFile } from './refuse-file.ts';
import { MAX_RECORD_BYTES } from './source-file.ts';
import type { SourceFile } from './source-file.ts';

/**
 * The cells of a record as they stand in the file, or why it cannot be read. `line` is where the record starts, `end` the
 * number of bytes from the start of the text (a byte order mark left out) to its end.
 */
export type CsvRecord = { line: number; cells: string[]; end: number } | { line: number; problem: Problem };

const DELIMITERS = [',', ';', '\t'] as const;

/** Every record, the header among them; empty lines are left out. */
export async function* readCsvRecords(file: SourceFile): AsyncGenerator<CsvRecord[]> {
  let reading: CsvReading | undefined;
  for await (const chunk of readText(file)) {
    reading ??= startReading(file, chunk);
    const records = await reading.feed(chunk);
    if (records.length > 0) yield records;
  }
  const last = (await reading?.finish()) ?? [];
  if (last.length > 0) yield last;
}

/** The one of `,` `;` and tab that stands most often outside quotes in the first line; `,` where none does. */
export const detectDelimiter = (head: string): string => {
  const header = /^[\r\n]*((?:"(?:[^"]|"")*"|[^\r\n"])*)/.exec(head)?.[1] ?? '';
  const unquoted = header.replaceAll(/"(?:[^"]|"")*"/g, '');
  const counts = DELIMITERS.map((delimiter) => unquoted.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
};

type CsvReading = { feed(chunk: Buffer): Promise<CsvRecord[]>; finish(): Promise<CsvRecord[]> };

const startReading = (file: SourceFile, head: Buffer): CsvReading => {
  const text = head.toString('utf8');
  refuseJson(file, text);
  const breaks = text.includes('\n')
    ? { delimiters: ['\r\n', '\n'], newline: 10 }
    : { delimiters: ['\r\n', '\n', '\r'], newline: 13 };
  const lines = new LineCounter(breaks.newline);
  let records: CsvRecord[] = [];
  let lastLine = 0;
  let lastStrayLine = 0;
  // The parser counts a CRLF inside quotes twice; the difference so far corrects the line of an error.
  let drift = 0;

  const parser = parse({
    delimiter: detectDelimiter(text),
    record_delimiter: breaks.delimiters,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error === undefined) return;
      if (!isStrayQuote(error)) throw error;
      const line = Math.max(Number(error['lines']) - drift, lastLine + 1);
      // The parser tells every quote of the line.
      if (line === lastStrayLine) return;
      lastStrayLine = line;
      records.push({ line, problem: strayQuote(file, line) });
    },
    on_record: (cells: string[], { lines: parserLine, bytes }) => {
      lastLine = lines.lineOfEnd(bytes);
      drift = parserLine - lastLine;
      records.push({ line: lastLine - newlinesIn(cells), cells, end: bytes });
      return null;
    },
  });
  // The callbacks below carry the error; without a listener it would end the process as well.
  parser.on('error', () => {});

  const taken = async (work: Promise<void>): Promise<CsvRecord[]> => {
    try {
      await work;
    } catch (error) {
      throw error instanceof CsvError ? refuseRecord(file, lastLine + 1, error) : error;
    }
    const batch = records;
    records = [];
    return batch;
  };
  return {
    feed: (chunk) => {
      lines.feed(chunk);
      return taken(write(parser, chunk));
    },
    finish: () => taken(end(parser)),
  };
};

const write = (parser: Parser, chunk: Buffer): Promise<void> =>
  new Promise((resolve, reject) => parser.write(chunk, (error) => (error ? reject(error) : resolve())));

const end = (parser: Parser): Promise<void> =>
  new Promise((resolve, reject) => {
    parser.once('error', reject);
    parser.end(resolve);
  });

const newlinesIn = (cells: readonly string[]): number => {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count += 1;
  }
  return count;
};

/** `code` as the library gives it, although its types leave this one out. */
const isStrayQuote = (error: CsvError): boolean => (error.code as string) === 'INVALID_OPENING_QUOTE';

const QUOTES_REMEDY = 'Put the whole cell in quotes and write each quote inside it twice: "a 5"" pipe"';

const strayQuote = (file: SourceFile, line: number): Problem => ({
  code: 'csv-quote',
  message: 'a quote stands inside a cell that does not begin with one',
  place: { file: file.name, line },
  remedy: QUOTES_REMEDY,
});

const refuseRecord = (file: SourceFile, line: number, error: CsvError) => {
  const options = { cause: error };
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return refuseFile(
        file,
        line,
        {
          code: 'csv-quote-not-closed',
          message: 'the file ends inside quotes, which a record from this line on opens and never closes',
          remedy: `${QUOTES_REMEDY}. If the end of the file is missing, get it again`,
        },
        options,
      );
    case 'CSV_MAX_RECORD_SIZE':
      return refuseFile(
        file,
        line,
        {
          code: 'csv-record-too-long',
          message: `the record from this line on is longer than ${MAX_RECORD_BYTES / 1024 / 1024} MiB`,
          remedy: 'Check whether a quote in it is never closed; else shorten it, or leave it out',
        },
        options,
      );
    default:
      return refuseFile(
        file,
        line,
        {
          code: 'csv-quote',
          message: 'a quoted cell in the record from this line on goes on after its closing quote',
          remedy: QUOTES_REMEDY,
        },
        options,
      );
  }
};

const refuseJson = (file: SourceFile, text: string): void => {
  const start = text.trimStart();
  if (!/^(?:\{\s*"|\[\s*(?:[{["\]]|$))/.test(start)) return;
  throw refuseFile(file, 1, {
    code: 'wrong-format',
    message: 'the file looks like JSON, not like CSV',
    found: excerpt(start),
    expected: 'a line with the names of the columns',
    remedy: `Set the format of the source to ${start.startsWith('[') ? 'json' : 'jsonl'}`,
  });
};
