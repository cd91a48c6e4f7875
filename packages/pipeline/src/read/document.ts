import type { Json } from '@batchmill/contracts';
import type { Document, Node, Scalar, YAMLMap } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { checkNodes, MAX_ALIASES } from './check-document.ts';
import type { Finding } from '../problems/finding.ts';
import type { Path } from '../values/path.ts';
import { fromYaml, fromThrown, wholeFile } from './yaml-findings.ts';

export type Position = { line: number; column: number };

/** A pipeline file that has been read: its value, and where each part of it stands. */
export type SourceDocument = {
  /** Absent where the file cannot be understood; then `findings` says why. */
  value?: Json;
  findings: Finding[];
  /** The place (1-based) of a value or its key; of the nearest thing around it where it does not exist. */
  locate(path: Path, part: 'key' | 'value', within?: Position): Position | undefined;
};

/** Largest pipeline file, in characters. Data belongs into the source, not into the pipeline. */
export const MAX_PIPELINE_CHARACTERS = 1_000_000;

/** Reads YAML or JSON text. Never throws. */
export const readDocument = (text: string): SourceDocument => {
  if (text.length > MAX_PIPELINE_CHARACTERS)
    return failed([wholeFile('too-large', 'the file is longer than 1,000,000 characters')]);
  const lines = new LineCounter();
  // The core schema also where the file asks for YAML 1.1, in which `no` would be a boolean.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    merge: true,
    stringKeys: true,
  });
  const findings = fromYaml(document, text, lines);
  if (findings[0]?.code === 'too-deep') return failed(findings);
  const isReadable = document.errors.every(({ code }) => code === 'DUPLICATE_KEY');
  const fatal = isReadable ? checkNodes(document, lines) : [];
  const locate = locator(document, lines, text);
  if (!isReadable || fatal.length > 0) return { findings: [...findings, ...fatal], locate };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) as Json, findings, locate };
  } catch (error) {
    return { findings: [...findings, fromThrown(error)], locate };
  }
};

const failed = (findings: Finding[]): SourceDocument => ({ findings, locate: () => undefined });

const locator =
  (document: Document.Parsed, lines: LineCounter, text: string): SourceDocument['locate'] =>
  (path, part, within) => {
    let node: Node | null = document.contents;
    let keyOffset: number | undefined;
    for (const step of path) {
      const around = resolve(node, document);
      const pair = isMap(around) ? pairOf(around, String(step)) : undefined;
      const child = isSeq(around) && typeof step === 'number' ? around.items[step] : pair?.value;
      if (child === undefined) return at(lines, keyOffset ?? startOf(node));
      keyOffset = pair?.key.range?.[0];
      node = child as Node | null;
    }
    if (part === 'key' && keyOffset !== undefined) return at(lines, keyOffset);
    const value = resolve(node, document);
    const inside = within !== undefined && isScalar(value) ? insideScalar(value, within, lines, text) : undefined;
    return inside ?? at(lines, startOf(node, keyOffset));
  };

const resolve = (node: Node | null, document: Document.Parsed): Node | null =>
  isAlias(node) ? (node.resolve(document) ?? null) : node;

const pairOf = (map: YAMLMap, name: string): { key: Scalar; value: unknown } | undefined =>
  // The last one wins where a key stands twice, as in the value itself.
  map.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === name) as never;

const startOf = (node: Node | null, keyOffset?: number): number | undefined => {
  const [start, end] = node?.range ?? [];
  // An empty value has no text of its own: its key is what a reader looks for.
  return start === end && keyOffset !== undefined ? keyOffset : start;
};

const at = (lines: LineCounter, offset: number | undefined): Position => {
  const { line, col } = lines.linePos(offset ?? 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
};

/** A place inside a text, where the text stands in the file as it is read: without escapes or folded lines. */
const insideScalar = (scalar: Scalar, within: Position, lines: LineCounter, text: string): Position | undefined => {
  const [start, end] = scalar.range ?? [0, 0];
  const { line, col } = lines.linePos(start);
  if (scalar.type === 'BLOCK_LITERAL') {
    const first = text.split('\n', line + within.line)[line + within.line - 1];
    const content = String(scalar.value).split('\n')[within.line - 1];
    const indent = content === undefined || first === undefined ? -1 : first.indexOf(content);
    return indent < 0 ? undefined : { line: line + within.line, column: indent + within.column };
  }
  const written = text.slice(start, end);
  const quotes = scalar.type === 'PLAIN' ? 0 : 1;
  const content = written.slice(quotes, written.length - quotes);
  return content === scalar.value && within.line === 1 ? { line, column: col + quotes + within.column - 1 } : undefined;
};
