import { Document, isMap, isNode, isSeq, visit } from 'yaml';
import type { Node } from 'yaml';
import type { PipelineDefinition } from '../definition/definition.ts';
import type { Path } from '../values/path.ts';

/** Lines above the key or list element at `path`, each without its `#`. */
export type PipelineComment = { path: Path; lines: readonly string[] };

/**
 * A pipeline as YAML: what is read from it is what was written, white space included.
 * @param head lines above everything
 */
export const writePipeline = (
  definition: PipelineDefinition,
  head: readonly string[] = [],
  comments: readonly PipelineComment[] = [],
): string => {
  const document = new Document(definition, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && NO_BLOCK.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  document.commentBefore = commented(head);
  for (const { path, lines } of comments) {
    const node = nodeAbove(document.contents, path);
    if (node !== undefined) node.commentBefore = [node.commentBefore, commented(lines)].filter(Boolean).join('\n');
  }
  setApart(document.contents);
  // Nothing is folded: a text stands as it is, or in quotes.
  return document.toString({ lineWidth: 0, blockQuote: 'literal', doubleQuotedMinMultiLineLength: Infinity });
};

/** Texts that lines of their own would change: an empty first line, and characters that an editor does not show. */
const NO_BLOCK = /^\s*\n|[\p{Cs}\u2028\u2029\uFEFF]|[^\P{Cc}\n\t]/u;

const commented = (lines: readonly string[]): string | null =>
  lines.length === 0 ? null : lines.map((line) => ` ${line.replaceAll(/\s+/g, ' ')}`).join('\n');

/** The key, or the element of a list, before which a comment on `path` stands. */
const nodeAbove = (root: unknown, path: Path): Node | undefined => {
  let above: Node | undefined;
  let node: unknown = root;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(part));
      above = isNode(pair?.key) ? pair.key : undefined;
      node = pair?.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      above = isNode(node) ? node : undefined;
    } else return undefined;
  }
  return above;
};

/** An empty line before each part of the pipeline, and between steps. */
const setApart = (root: unknown): void => {
  if (!isMap(root)) return;
  for (const { key, value } of root.items.slice(1)) {
    if (isNode(key)) key.spaceBefore = true;
    if (String(key) !== 'steps' || !isSeq(value)) continue;
    for (const step of value.items.slice(1)) if (isNode(step)) step.spaceBefore = true;
  }
};
