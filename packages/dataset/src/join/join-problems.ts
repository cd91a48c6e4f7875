import type { Problem } from '@batchmill/contracts';
import { excerpt } from '../read/refuse-file.ts';
import type { SourceFile, SourceRow } from '../read/source-file.ts';

const SHOWN_NAMES = 12;

export const missingColumn = ({ name: file }: SourceFile, name: string, names: ReadonlySet<string>): Problem => {
  const shown = [...names].slice(0, SHOWN_NAMES).join(', ');
  return {
    code: 'join-field',
    message: `the joined file has no field "${name}"`,
    place: { file },
    found: `${shown}${names.size > SHOWN_NAMES ? ', …' : ''}`,
    remedy: 'Correct `key` or `fields` of the join',
  };
};

export const badKey = ({ file, line }: SourceRow, name: string): Problem => ({
  code: 'join-key',
  message: `the record has no "${name}" to be joined by`,
  place: { file, line },
  expected: 'a text or number in every record of a joined file',
  remedy: 'Give the record its key, or remove it',
});

export const ambiguousKey = ({ file, line }: SourceRow, key: string, firstLine: number): Problem => ({
  code: 'join-key',
  message: `the key ${excerpt(key)} stands on line ${firstLine} of the joined file already`,
  place: { file, line },
  expected: 'each key once, so that it is clear which record is meant',
  remedy: 'Remove one of the two, or join by another field',
});

export const moreProblems = ({ name: file }: SourceFile, found: number): Problem => ({
  code: 'join-key',
  message: `${found} records in all cannot be joined`,
  place: { file },
});

/** A row has a field that is to be joined to it. */
export const fieldInBoth = (place: { file: string; line: number }, path: string, name: string): Problem => ({
  code: 'join-conflict',
  message: `the row has a field "${name}" of its own, and ${path} would put another in its place`,
  place,
  remedy: `Say which fields are joined, and give this one another name: \`fields: { other_${name}: ${name} }\``,
});

/** The other file does not know a row. */
export const notJoined = (place: { file: string; line: number }, path: string, key: string): Problem => ({
  code: 'not-joined',
  message: `${path} has no record with the key ${excerpt(key)}`,
  place,
  remedy: `Add one, or let the joined fields be null: \`missing: "null"\``,
});
