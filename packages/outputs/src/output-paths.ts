import { createHash } from 'node:crypto';
import type { Fields, Output, Row } from '@batchmill/contracts';
import { openSplitter } from '@batchmill/dataset';
import { compileTemplate, rowScope, TemplateError } from '@batchmill/templates';
import type { Template } from '@batchmill/templates';

/** Rows after which a folder's next file begins. */
const ROWS_PER_FILE = 1_000_000;

/**
 * Into which file of an output a row goes: by its name template, its split, and how full the last file is. To be asked
 * once per row, in source order.
 * @param rows how many there will be, which a split by permutation must know
 */
export const outputPaths = (output: Output, vars: Fields, rows: number): ((row: Row) => string) => {
  const { file, dir, split, format } = output;
  const template = file === undefined ? null : compileTemplate(file);
  const splitter = split === undefined ? undefined : openSplitter(split, rows);
  const rowsIn = new Map<string, number>();
  return (row) => {
    const part = splitter?.(row.key);
    if (dir !== undefined) {
      const stem = `${dir}/${part ?? 'part'}`;
      const before = rowsIn.get(stem) ?? 0;
      rowsIn.set(stem, before + 1);
      return `${stem}-${String(Math.floor(before / ROWS_PER_FILE)).padStart(5, '0')}.${format}`;
    }
    const name = template === null ? `output.${format}` : safeName(rendered(template, rowScope(row, vars)), format);
    return part === undefined ? name : withSuffix(name, part);
  };
};

/** A row that lacks what the name is made of goes into a file all the same. */
const rendered = (template: Template, scope: Fields): string => {
  try {
    return template.render(scope);
  } catch (error) {
    if (error instanceof TemplateError) return '';
    throw error;
  }
};

/** Paths that an output has even if no row goes there. */
export const certainPaths = ({ file, dir, split, format }: Output): string[] => {
  const parts = split?.shares.map(({ name }) => name);
  if (dir !== undefined) return (parts ?? ['part']).map((part) => `${dir}/${part}-00000.${format}`);
  if (file === undefined || file.includes('{')) return [];
  return parts === undefined ? [file] : parts.map((part) => withSuffix(file, part));
};

/** Whether no row has its split before all rows are known. */
export const isSplitOverAll = ({ split }: Output): boolean => (split?.method ?? 'hash') !== 'hash';

/** Paths that can be had while rows are still on their way. */
export const earlyPaths = (output: Output): string[] => (isSplitOverAll(output) ? [] : certainPaths(output));

const withSuffix = (name: string, suffix: string): string => {
  const dot = name.lastIndexOf('.');
  return dot <= name.lastIndexOf('/') ? `${name}-${suffix}` : `${name.slice(0, dot)}-${suffix}${name.slice(dot)}`;
};

/** The name, or where it is taken (compared without case) the next free one like it. */
export const freeName = (name: string, taken: ReadonlySet<string>): string => {
  let free = name;
  for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = withSuffix(name, String(n));
  return free;
};

// file systems take 255 bytes for a name
const MAX_PART_BYTES = 200;
const MAX_PARTS = 10;

// a value of a row must not lead out of the output folder, nor make a name no disk takes
const safeName = (name: string, format: string): string => {
  const parts = name
    .split('/')
    // oxlint-disable-next-line no-control-regex -- they are what is taken out
    .map((part) => part.replaceAll(/[\u0000-\u001f\\:*?"<>|]/g, '_').replace(/^\s*\.[.\s]*$/, '_'))
    .filter((part) => part.trim() !== '');
  if (parts.length === 0) return `unnamed.${format}`;
  return (parts.length > MAX_PARTS ? [parts.join('_')] : parts).map(shortPart).join('/');
};

const shortPart = (part: string): string => {
  if (Buffer.byteLength(part) <= MAX_PART_BYTES) return part;
  const hash = createHash('sha256').update(part).digest('hex').slice(0, 12);
  const ending = /\.[a-z0-9]{1,10}$/i.exec(part)?.[0] ?? '';
  // a character has at most four bytes
  return `${Array.from(part).slice(0, 40).join('')}-${hash}${ending}`;
};
