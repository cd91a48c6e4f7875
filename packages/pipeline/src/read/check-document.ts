import type { Document, LineCounter, Node } from 'yaml';
import { isCollection, visit } from 'yaml';
import type { Finding } from '../problems/finding.ts';
import { NEW_PIPELINE, wholeFile } from './yaml-findings.ts';

/** Levels a pipeline file may be nested. A deep JSON Schema has about 30. */
export const MAX_DEPTH = 100;

/** Aliases in one document, and the values they may grow to; more is an attack ("billion laughs"). */
export const MAX_ALIASES = 1000;

/** What is sound YAML but no JSON: aliases to nothing or to what they stand in, numbers that are none, depth. */
export const checkNodes = (document: Document.Parsed, lines: LineCounter): Finding[] => {
  if (document.contents === null) return [{ ...wholeFile('empty-file', 'the file is empty'), remedy: NEW_PIPELINE }];
  const findings: Finding[] = [];
  let aliases = 0;
  const report = (node: Node, code: string, message: string) => {
    const { line, col } = lines.linePos(node.range?.[0] ?? 0);
    findings.push({ code, message, line, column: col });
  };
  visit(document, {
    Collection: (_, node, path) => {
      if (path.filter(isCollection).length < MAX_DEPTH) return undefined;
      report(node, 'too-deep', `the file is nested more than ${MAX_DEPTH} levels deep`);
      return visit.BREAK;
    },
    Alias: (_, node, path) => {
      aliases += 1;
      if (aliases > MAX_ALIASES) {
        report(node, 'too-many-aliases', `the file has more than ${MAX_ALIASES} aliases (*name)`);
        return visit.BREAK;
      }
      const target = node.resolve(document);
      if (target === undefined) report(node, 'yaml-syntax', `no anchor "&${node.source}" stands before this alias`);
      else if (path.some((around) => around === target)) {
        report(node, 'yaml-syntax', `the alias "*${node.source}" stands inside what it stands for`);
      }
      return undefined;
    },
    Scalar: (key, node) => {
      if (typeof node.value === 'number' && !Number.isFinite(node.value)) {
        report(node, 'not-json', 'infinite and undefined numbers cannot be used');
      }
      if (key === 'key' && node.value === '__proto__') report(node, 'not-json', 'the key "__proto__" cannot be used');
    },
  });
  return findings;
};

/** The same for an object that was never a file. */
export const checkObject = (value: unknown, depth = 0): Finding[] => {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return [{ code: 'not-json', message: 'infinite and undefined numbers cannot be used', path: [] }];
  }
  if (typeof value === 'bigint') return [{ code: 'not-json', message: 'a BigInt cannot be used', path: [] }];
  if (typeof value !== 'object' || value === null) return [];
  if (depth > MAX_DEPTH) {
    return [{ code: 'too-deep', message: `the pipeline is nested more than ${MAX_DEPTH} levels deep`, path: [] }];
  }
  for (const child of Object.values(value)) {
    const found = checkObject(child, depth + 1);
    if (found.length > 0) return found;
  }
  return [];
};
