import { integerBetween, pick } from '../../random.ts';
import type { Random } from '../../random.ts';
import { parsePattern } from './parse-pattern.ts';
import type { PatternNode } from './parse-pattern.ts';

const TRIES = 200;
/** How far the number of repetitions varies where the pattern leaves it open. */
const USUAL_SPAN = 5;

/** A string the pattern matches and the lengths allow; null where none was found (look-arounds, back references). */
export const stringForPattern = (pattern: string, random: Random, least: number, most: number): string | null => {
  const node = parsePattern(pattern);
  const expression = compile(pattern);
  if (node === null || expression === null) return null;
  const extra = { least: 0, span: USUAL_SPAN };
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const text = write(node, random, extra);
    const length = Array.from(text).length;
    if (length >= least && length <= most && expression.test(text)) return text;
    if (length < least) extra.least += Math.max(1, Math.floor((least - length) / 8));
    if (length > most) {
      extra.least = Math.max(0, extra.least - 1);
      extra.span = Math.max(0, extra.span - 1);
    }
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

/** How many repetitions beyond the least a pattern gets. */
type Extra = { least: number; span: number };

const write = (node: PatternNode, random: Random, extra: Extra): string => {
  if (node.kind === 'characters') return pick(random, node.characters);
  if (node.kind === 'sequence') return node.nodes.map((inner) => write(inner, random, extra)).join('');
  if (node.kind === 'choice') return write(pick(random, node.nodes), random, extra);
  const fewest = Math.min(node.most, node.least + extra.least);
  const count = integerBetween(random, fewest, Math.min(node.most, fewest + extra.span));
  return Array.from({ length: count }, () => write(node.node, random, extra)).join('');
};
