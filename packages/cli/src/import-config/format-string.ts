/** `.name`, `[7]` or `[name]` behind the name of a field. */
export type Member = { attribute: string } | { position: number } | { name: string };

export type Placeholder = {
  /** As it stands in the text, braces included. */
  source: string;
  /** Of its opening brace, in UTF-16 units. */
  offset: number;
  field: string;
  members: readonly Member[];
  /** The letter after `!`, or an empty text. */
  conversion: string;
  /** What stands after `:`. */
  spec: string;
};

export type FormatPart = string | Placeholder;

export type FormatMistake = { offset: number; message: string };

/**
 * Takes a text apart as Python's `str.format` does (the parser of CPython 3): texts with their doubled braces made single,
 * and placeholders. After a mistake that leaves open what was meant, the rest is not read.
 */
export const parseFormat = (text: string): { parts: FormatPart[]; mistakes: FormatMistake[] } => {
  const parts: FormatPart[] = [];
  const mistakes: FormatMistake[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const brace = text[at];
    if (brace !== '{' && brace !== '}') {
      literal += brace;
      at += 1;
    } else if (text[at + 1] === brace) {
      literal += brace;
      at += 2;
    } else if (brace === '}') {
      mistakes.push({ offset: at, message: 'a single "}" closes nothing' });
      at += 1;
    } else {
      const read = readPlaceholder(text, at);
      if ('message' in read) {
        mistakes.push({ offset: at, message: read.message });
        break;
      }
      parts.push(literal, read);
      literal = '';
      at += read.source.length;
    }
  }
  return { parts: [...parts, literal].filter((part) => part !== ''), mistakes };
};

type Failure = { message: string };

const NOT_CLOSED: Failure = { message: 'a "{" is not closed' };

const readPlaceholder = (text: string, offset: number): Placeholder | Failure => {
  const endOfName = findEndOfName(text, offset + 1);
  if (typeof endOfName !== 'number') return endOfName;
  let at = endOfName;
  let conversion = '';
  if (text[at] === '!') {
    conversion = text[at + 1] ?? '';
    at += 2;
    const follows = text[at];
    if (follows === undefined) return NOT_CLOSED;
    if (follows !== '}' && follows !== ':') return { message: 'after "!" stands one letter, and then ":" or "}"' };
  }
  const start = at + 1;
  const end = text[at] === ':' ? findEndOfSpec(text, start) : at;
  if (end === undefined) return NOT_CLOSED;
  const name = readName(text.slice(offset + 1, endOfName));
  if ('message' in name) return name;
  return {
    source: text.slice(offset, end + 1),
    offset,
    ...name,
    conversion,
    spec: text.slice(start, Math.max(start, end)),
  };
};

/** The `}`, `:` or `!` after a name; inside brackets they belong to it. */
const findEndOfName = (text: string, start: number): number | Failure => {
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '{') return { message: 'a "{" stands inside a placeholder' };
    if (letter === '}' || letter === ':' || letter === '!') return at;
    if (letter === '[') {
      const close = text.indexOf(']', at);
      if (close < 0) return NOT_CLOSED;
      at = close;
    }
  }
  return NOT_CLOSED;
};

const findEndOfSpec = (text: string, start: number): number | undefined => {
  let open = 1;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === '{') open += 1;
    if (text[at] === '}') open -= 1;
    if (open === 0) return at;
  }
  return undefined;
};

const MEMBER = /\.([^.[]*)|\[([^\]]*)\]/uy;

/** `a.b[0][c]` → field `a` and its members. */
const readName = (text: string): { field: string; members: Member[] } | Failure => {
  const field = /^[^.[]*/.exec(text)?.[0] ?? '';
  const members: Member[] = [];
  MEMBER.lastIndex = field.length;
  while (MEMBER.lastIndex < text.length) {
    const match = MEMBER.exec(text);
    if (match === null) return { message: 'after "]" stands "." or "[" or the end of the placeholder' };
    const [, attribute, element] = match;
    if (attribute === '' || element === '') return { message: 'a name is missing after "." or inside "[ ]"' };
    if (attribute !== undefined) members.push({ attribute });
    else if (/^\d+$/.test(element ?? '')) members.push({ position: Number(element) });
    else if (/^\p{Nd}+$/u.test(element ?? ''))
      return { message: 'a place in a list is written with the digits 0 to 9' };
    else members.push({ name: element ?? '' });
  }
  return { field, members };
};
