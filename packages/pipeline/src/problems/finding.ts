import type { Json } from '@batchmill/contracts';
import type { Path } from '../values/path.ts';

/** A mistake before its place in the file is looked up. */
export type Finding = {
  code: string;
  message: string;
  /** Where in the document; absent where `line` and `column` say it already. */
  path?: Path;
  /** Whether the key itself is wrong or what stands after it (the default). */
  part?: 'key' | 'value';
  /** Position inside the text at `path`, 1-based. */
  within?: { line: number; column: number };
  /** Places where something is lacking; the finding is dropped where a mistyped key stands for one of them. */
  lacks?: Path[];
  /** The key that a mistyped one most likely stands for. */
  meant?: Path;
  line?: number;
  column?: number;
  found?: string;
  expected?: string;
  remedy?: string;
};

const LONGEST_SHOWN = 60;

/** What stands there, in words and short: `"abc"`, `5`, `a list of 3`. */
export const describe = (value: Json | undefined): string => {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    if (keys.length === 0) return 'an empty map';
    return `a map with ${listed(keys.slice(0, 3))}${keys.length > 3 ? ', …' : ''}`;
  }
  if (typeof value === 'string' && /[^\P{Cc}\s]|\uFFFD/u.test(value)) return 'binary data';
  const text = JSON.stringify(value);
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 2)}…"`;
};

/** `a, b, c` */
export const listed = (names: Iterable<string>): string => [...names].join(', ');
