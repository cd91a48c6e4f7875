import type { Document, LineCounter, YAMLError } from 'yaml';
import { isScalar, visit } from 'yaml';
import type { Finding } from '../problems/finding.ts';

/**
 * What the YAML reader has found, in plain words. One mistake often makes the reader stumble several times over the same
 * line: only the first is told, but every key that stands twice.
 */
export const fromYaml = (document: Document.Parsed, text: string, lines: LineCounter): Finding[] => {
  const findings = [...document.errors, ...document.warnings].map((error) =>
    fromYamlError(error, startOfMistake(error, document), { document, text, lines }),
  );
  const tooDeep = findings.find(({ code }) => code === 'too-deep');
  if (tooDeep !== undefined) return [tooDeep];
  const told = new Set<number | undefined>();
  return findings.filter(({ code, line }) => {
    if (code === 'duplicate-key') return true;
    const isFirst = !told.has(line);
    told.add(line);
    return isFirst;
  });
};

type Read = { document: Document.Parsed; text: string; lines: LineCounter };

const fromYamlError = (error: YAMLError, offset: number, { document, text, lines }: Read): Finding => {
  const { line, col } = lines.linePos(offset);
  const place = { line: Math.max(1, line), column: Math.max(1, col) };
  if (error.code === 'RESOURCE_EXHAUSTION') {
    return { ...place, code: 'too-deep', message: 'the file is nested too deeply' };
  }
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^["']?([^"':\n]{1,60})/.exec(text.slice(offset, offset + 62))?.[1] ?? '';
    const first = firstLineOf(document, offset, lines);
    const message = `the key "${key}" stands here a second time${first === undefined ? '' : `, after line ${first}`}`;
    return { ...place, code: 'duplicate-key', message, remedy: 'Keep one of them' };
  }
  if (isUnquotedTemplate(error, text)) {
    const message = 'a value that begins with a template must stand in quotes';
    return { ...place, code: 'yaml-syntax', message, remedy: 'Write "{{ … }}" with quotes around it' };
  }
  if (error.message.startsWith('Unexpected flow-map-start') && text.startsWith('{{', error.pos[0])) {
    const message = 'a value with a template in it must stand in quotes here';
    return { ...place, code: 'yaml-syntax', message, remedy: 'Write "… {{ … }} …" with quotes around all of it' };
  }
  return { ...place, code: 'yaml-syntax', ...(inWords[error.code] ?? { message: plain(error.message) }) };
};

/** The line on which the key at `offset` stands for the first time in its map. */
const firstLineOf = (document: Document.Parsed, offset: number, lines: LineCounter): number | undefined => {
  let first: number | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const keys = items.flatMap(({ key }) =>
        isScalar(key) && key.range ? [{ name: key.value, at: key.range[0] }] : [],
      );
      const second = keys.find(({ at }) => at === offset);
      const same = keys.find(({ name }) => name === second?.name);
      if (second !== undefined && same !== undefined && same !== second) first = lines.linePos(same.at).line;
    },
  });
  return first;
};

/** A quote that is never closed is noticed only where the file ends. */
const startOfMistake = (error: YAMLError, document: Document.Parsed): number => {
  const [at] = error.pos;
  if (error.code !== 'MISSING_CHAR' || !error.message.includes('quote')) return at;
  let start = at;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith('QUOTE') === true && range && range[0] < at && range[1] >= at) start = range[0];
    },
  });
  return start;
};

const inWords: { [code in YAMLError['code']]?: { message: string; remedy?: string } } = {
  TAB_AS_INDENT: { message: 'a tab is used to indent', remedy: 'Indent with spaces' },
  MULTIPLE_DOCS: { message: 'a second document begins here ("---")', remedy: 'Keep one pipeline in a file' },
  NON_STRING_KEY: { message: 'a key must be a text, not a list or map' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second ": " stands on this line',
    remedy: 'Put the text in quotes, or write it on lines of its own after "|"',
  },
};

/** `model: {{ vars.model }}` is, to YAML, a map whose key is a map. */
const isUnquotedTemplate = (error: YAMLError, text: string): boolean => {
  const [start] = error.pos;
  const around = text.slice(Math.max(0, start - 1), start + 2);
  return (
    (error.code === 'NON_STRING_KEY' && around.includes('{{')) ||
    (error.code === 'BAD_SCALAR_START' && around.startsWith('{%'))
  );
};

/** The reader's own messages, where they say it in other words than a newcomer knows. */
const rewordings: [RegExp, string][] = [
  [/^Flow map in block collection .*/, 'a map that begins with "{" before this place is not closed with "}"'],
  [/^Flow sequence in block collection .*/, 'a list that begins with "[" before this place is not closed with "]"'],
  [/^Flow (map|sequence) .*missing.*/i, 'a comma or a closing bracket is missing'],
  [/^Unexpected , in flow (map|sequence)$/, 'a comma stands here that separates nothing'],
  [/^Missing closing ["']quote/, 'a text in quotes is not closed'],
  [/^Unresolved tag: (.*)/, 'the tag "$1" is not known'],
];

const plain = (message: string): string =>
  rewordings
    .reduce((text, [pattern, words]) => text.replace(pattern, words), message)
    .replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());

/** What reading the values has thrown: too many aliases, or a merge key `<<` of something that is no map. */
export const fromThrown = (error: unknown): Finding => {
  const message = error instanceof Error ? error.message : String(error);
  if (/alias count/i.test(message)) {
    return wholeFile('too-many-aliases', 'the file repeats anchors (&name, *name) more than 1,000 times');
  }
  if (error instanceof RangeError) return wholeFile('too-deep', 'the file is nested too deeply');
  return wholeFile('yaml-syntax', plain(message));
};

/** What to do where there is no pipeline in the file. */
export const NEW_PIPELINE = '`batchmill new DATA` writes a pipeline for a file of data';

/** A mistake of the file as a whole. */
export const wholeFile = (code: string, message: string): Finding => ({ code, message, line: 1, column: 1 });
