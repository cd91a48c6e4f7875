/** A line of a table of three columns: what there was, what is there now, and what comes of it, as in the document. */
export type TableLine = { kind: 'line'; heading: string; before: string; now: string; result: string };

/** What of a document can be tried, in its order. */
export type DocumentPart =
  | TableLine
  | { kind: 'code'; language: string; text: string }
  /** A code block after a line that has nothing but the file's name, in backticks. */
  | { kind: 'file'; name: string; text: string };

const PART = /^(?:`([\w.-]+)`:\n\n)?```(\w+)\n(.*?)^```$|^\|[^\n]*(?:\n\|[^\n]*)*/gms;

export const partsOf = (document: string): DocumentPart[] =>
  [...document.matchAll(PART)].flatMap(([whole, name, language, text = '']): DocumentPart[] => {
    if (language === undefined) return tableLines(whole);
    return [name === undefined ? { kind: 'code', language, text } : { kind: 'file', name, text }];
  });

const tableLines = (table: string): TableLine[] => {
  const [head, , ...lines] = table.split('\n').map(cellsOf);
  return lines.map(([before = '', now = '', result = '']) => ({
    kind: 'line',
    heading: head?.[2] ?? '',
    before,
    now,
    result,
  }));
};

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** What stands in backticks in a cell. */
export const spansOf = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);

/** The words of a command as a shell takes them, with double quotes only. */
export const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', ''));
