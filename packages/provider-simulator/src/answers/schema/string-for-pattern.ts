import { integerBetween, pick } from '../../random.ts';
import type { Random } from '../../random.ts';
import { parsePattern } from './parse-pattern.ts';
import type { PatternNode } from './parse-pattern.ts';

const TRIES = 40;
/** Repetitions beyond the least where the pattern sets no end. */
const USUAL_EXTRA = 5;

/** A string the pattern matches and the lengths allow; null where none was found (look-arounds, back references). */
export const stringForPattern = (pattern: string, random: Random, least: number, most: number): string | null => {
  const node = parsePattern(pattern);
  const expression = compile(pattern);
  if (node === null || expression === null) return null;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    // Longer repetitions when the first ones were too short.
    const text = write(node, random, least > 0 ? Math.max(USUAL_EXTRA, attempt * 2, least) : USUAL_EXTRA);
    const length = Array.from(text).length;
    if (length >= least && length <= most && expression.test(text)) return text;
  }
  return null;
};

const compile = (pattern: string): RegExp | null => {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return null;
  }
};

const write = (node: PatternNode, random: Random, extra: number): string => {
  if (node.kind === 'characters') return pick(random, node.characters);
  if (node.kind === 'sequence') return node.nodes.map((inner) => write(inner, random, extra)).join('');
  if (node.kind === 'choice') return write(pick(random, node.nodes), random, extra);
  const count = integerBetween(random, node.least, Math.min(node.most, node.least + extra));
  return Array.from({ length: count }, () => write(node.node, random, extra)).join('');
};
