import type { Json, Problem } from '@batchmill/contracts';
import { checkSecrets } from './check/check-secrets.ts';
import type { Finding } from './problems/finding.ts';
import { toProblems } from './problems/to-problems.ts';
import { readDocument } from './read/document.ts';
import type { Position } from './read/document.ts';
import type { Path } from './values/path.ts';

/** A YAML or JSON file of any shape, with the places of its parts. */
export type YamlFile = {
  /** Absent where the file cannot be understood; `findings` says why. */
  value?: Json;
  /** What the reader has found. */
  findings: readonly Finding[];
  /** Where something stands that looks like a key of a provider. */
  secrets: readonly Path[];
  /** Whether the text at a path stands in quotes. */
  isQuoted(path: Path): boolean;
  /** Findings with their places, in order of place; what looks like a key of a provider cannot be read in them. */
  tell(findings: readonly Finding[]): Problem[];
};

/** Reads a file that is no pipeline, by the same rules as one. Never throws. */
export const readYaml = (text: string, file: string): YamlFile => {
  const document = readDocument(text);
  const { value, findings } = document;
  return {
    ...(value === undefined ? {} : { value }),
    findings,
    secrets: value === undefined ? [] : checkSecrets(value).flatMap(({ path }) => (path === undefined ? [] : [path])),
    isQuoted: (path) => /["']/.test(letterAt(text, document.locate(path, 'value'))),
    tell: (told) => toProblems(told, { document, findings: [], changed: [], madeFrom: new Map() }, file),
  };
};

const letterAt = (text: string, place: Position | undefined): string =>
  place === undefined ? '' : (text.split('\n')[place.line - 1]?.[place.column - 1] ?? '');
