/** The part of regular expressions from which text can be written. */
export type PatternNode =
  | { kind: 'characters'; characters: readonly string[] }
  | { kind: 'sequence'; nodes: readonly PatternNode[] }
  | { kind: 'choice'; nodes: readonly PatternNode[] }
  | { kind: 'repeat'; node: PatternNode; least: number; most: number };

class NotSupported extends Error {}

/** null where the pattern uses more than classes, groups, alternatives, repetitions and anchors at its ends. */
export const parsePattern = (pattern: string): PatternNode | null => {
  try {
    const reader = { text: Array.from(pattern), position: 0 };
    const node = readChoice(reader);
    return reader.position === reader.text.length ? node : null;
  } catch (error) {
    if (error instanceof NotSupported) return null;
    throw error;
  }
};

type Reader = { text: readonly string[]; position: number };

const readChoice = (reader: Reader): PatternNode => {
  const nodes = [readSequence(reader)];
  while (reader.text[reader.position] === '|') {
    reader.position += 1;
    nodes.push(readSequence(reader));
  }
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined ? only : { kind: 'choice', nodes };
};

const readSequence = (reader: Reader): PatternNode => {
  const nodes: PatternNode[] = [];
  for (;;) {
    const next = reader.text[reader.position];
    if (next === undefined || next === '|' || next === ')') return { kind: 'sequence', nodes };
    if (next === '^' || next === '$') {
      reader.position += 1;
      continue;
    }
    nodes.push(readRepeat(reader, readOne(reader)));
  }
};

const readOne = (reader: Reader): PatternNode => {
  const next = take(reader);
  if (next === '(') return readGroup(reader);
  if (next === '[') return { kind: 'characters', characters: readClass(reader) };
  if (next === '.') return { kind: 'characters', characters: WORD };
  if (next === '\\') return { kind: 'characters', characters: readEscape(reader) };
  return { kind: 'characters', characters: [next] };
};

const readGroup = (reader: Reader): PatternNode => {
  if (reader.text[reader.position] === '?') {
    reader.position += 1;
    if (take(reader) !== ':') throw new NotSupported();
  }
  const node = readChoice(reader);
  if (take(reader) !== ')') throw new NotSupported();
  return node;
};

const readRepeat = (reader: Reader, node: PatternNode): PatternNode => {
  const bounds = readBounds(reader);
  if (bounds === null) return node;
  if (reader.text[reader.position] === '?') reader.position += 1;
  return { kind: 'repeat', node, ...bounds };
};

const readBounds = (reader: Reader): { least: number; most: number } | null => {
  const rest = reader.text.slice(reader.position, reader.position + 16).join('');
  const [found, least, range, most] = /^\{(\d+)(,(\d*))?\}/.exec(rest) ?? [];
  if (found !== undefined && least !== undefined) {
    reader.position += found.length;
    if (range === undefined) return { least: Number(least), most: Number(least) };
    return { least: Number(least), most: most === '' || most === undefined ? Number.POSITIVE_INFINITY : Number(most) };
  }
  const bounds = { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[rest[0] ?? ''];
  if (bounds === undefined) return null;
  reader.position += 1;
  return { least: bounds[0] ?? 0, most: bounds[1] ?? 0 };
};

const rangeOf = (first: string, last: string): string[] => {
  const from = first.codePointAt(0) ?? 0;
  const to = last.codePointAt(0) ?? 0;
  // Wide ranges are not written out: their beginning will do.
  return Array.from({ length: Math.min(Math.max(0, to - from + 1), 200) }, (_, index) =>
    String.fromCodePoint(from + index),
  );
};

const DIGITS = rangeOf('0', '9');
const WORD = [...rangeOf('a', 'z'), ...rangeOf('A', 'Z'), ...DIGITS];
const PRINTABLE = rangeOf(' ', '~');
const ESCAPES: Record<string, readonly string[]> = {
  d: DIGITS,
  w: [...WORD, '_'],
  s: [' '],
  D: rangeOf('a', 'z'),
  W: ['-', ' '],
  S: WORD,
  n: ['\n'],
  t: ['\t'],
  r: ['\r'],
};

const readEscape = (reader: Reader): readonly string[] => {
  const next = take(reader);
  const known = ESCAPES[next];
  if (known !== undefined) return known;
  // Back references, boundaries, properties and code points by number.
  if (/[0-9a-zA-Z]/.test(next)) throw new NotSupported();
  return [next];
};

const readClass = (reader: Reader): string[] => {
  const isNegated = reader.text[reader.position] === '^';
  if (isNegated) reader.position += 1;
  const members: string[] = [];
  for (let next = take(reader); next !== ']'; next = take(reader)) {
    const characters = next === '\\' ? readEscape(reader) : [next];
    const [first] = characters;
    if (characters.length === 1 && first !== undefined && isRangeAhead(reader)) {
      reader.position += 1;
      const end = take(reader);
      members.push(...rangeOf(first, end === '\\' ? (readEscape(reader)[0] ?? end) : end));
    } else members.push(...characters);
  }
  const allowed = isNegated ? PRINTABLE.filter((character) => !members.includes(character)) : members;
  if (allowed.length === 0) throw new NotSupported();
  return allowed;
};

const isRangeAhead = (reader: Reader): boolean =>
  reader.text[reader.position] === '-' && reader.text[reader.position + 1] !== ']';

const take = (reader: Reader): string => {
  const next = reader.text[reader.position];
  if (next === undefined) throw new NotSupported();
  reader.position += 1;
  return next;
};
