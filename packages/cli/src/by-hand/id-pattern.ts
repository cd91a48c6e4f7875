import { UsageError } from '../terminal/usage-error.ts';

/** Takes the ids of results apart: `{lang}_{time}` makes `en_12` to lang "en" and time "12". */
export type IdPattern = {
  fields: readonly string[];
  /** null where the id is not of this form. */
  take(id: string): Record<string, string> | null;
};

const PART = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Each part takes as little as it can, the last one the rest. @throws UsageError for a pattern that is none */
export const readIdPattern = (text: string): IdPattern => {
  const fields = [...text.matchAll(PART)].map(([, name = '']) => name);
  const literal = text.split(PART).filter((_, position) => position % 2 === 0);
  if (fields.length === 0 || literal.some((piece) => /[{}]/.test(piece)))
    throw new UsageError(
      `"${text}" is no pattern of ids: it names each part in braces, such as '{lang}_{template}_{time}'.`,
    );
  const twice = fields.find((name, position) => fields.indexOf(name) !== position);
  if (twice !== undefined)
    throw new UsageError(`The pattern "${text}" names {${twice}} twice: give each part a name of its own.`);
  if (literal.slice(1, -1).includes(''))
    throw new UsageError(
      `In the pattern "${text}" nothing stands between two parts: it cannot be told where the first one ends.`,
    );
  const source = literal
    .map((piece, position) => `${position === 0 ? '' : position === fields.length ? '(.+)' : '(.+?)'}${escaped(piece)}`)
    .join('');
  const pattern = new RegExp(`^${source}$`, 's');
  return {
    fields,
    take(id) {
      const match = pattern.exec(id);
      return match === null ? null : Object.fromEntries(fields.map((name, at) => [name, match[at + 1] ?? '']));
    },
  };
};

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
