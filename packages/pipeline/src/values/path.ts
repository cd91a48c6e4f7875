/** Keys and list positions (0-based) from the root of a document to a value. */
export type Path = readonly (string | number)[];

const PLAIN_NAME = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;

/** `['steps', 0, 'generate', 'model']` → `steps[0].generate.model`; other names are quoted: `vars["a b"]`. */
export const formatPath = (path: Path): string =>
  path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!PLAIN_NAME.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');

const PART = /\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|(\.?)([^.[\]"\s]+)/uy;

/** The reverse of `formatPath`, or null where the text is no path. A name made of digits after a dot is a position. */
export const parsePath = (text: string): Path | null => {
  const path: (string | number)[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null) return null;
    const [, position, quoted, dot, name] = match;
    if (name !== undefined && (dot === '.') === (path.length === 0)) return null;
    const part = position === undefined ? (name ?? unquote(quoted ?? '')) : Number(position);
    if (part === null || FORBIDDEN.has(String(part))) return null;
    path.push(part);
  }
  return path.length > 0 ? path : null;
};

const FORBIDDEN = new Set(['__proto__']);

const unquote = (text: string): string | null => {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
};

/** Whether `path` is `ancestor` or lies below it. */
export const isWithin = (path: Path, ancestor: Path): boolean =>
  ancestor.length <= path.length && ancestor.every((part, index) => part === path[index]);
