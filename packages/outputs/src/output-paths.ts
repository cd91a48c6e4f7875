import type { Fields, Output, Row } from '@batchmill/contracts';
import { splitOf } from '@batchmill/dataset';
import { compileTemplate, rowScope } from '@batchmill/templates';

/** Rows after which a folder's next file begins. */
const ROWS_PER_FILE = 1_000_000;

/** Into which file of an output a row goes: by its name template, its split, and how full the last file is. */
export const outputPaths = (output: Output, vars: Fields): ((row: Row) => string) => {
  const { file, dir, split, format } = output;
  const template = file === undefined ? null : compileTemplate(file);
  const rowsIn = new Map<string, number>();
  return (row) => {
    const part = split === undefined ? undefined : splitOf(split, row.key);
    if (dir !== undefined) {
      const stem = `${dir}/${part ?? 'part'}`;
      const rows = rowsIn.get(stem) ?? 0;
      rowsIn.set(stem, rows + 1);
      return `${stem}-${String(Math.floor(rows / ROWS_PER_FILE)).padStart(5, '0')}.${format}`;
    }
    const name = safeName(template?.render(rowScope(row, vars)) ?? `output.${format}`);
    return part === undefined ? name : withSuffix(name, part);
  };
};

/** Paths that an output has even if no row goes there. */
export const certainPaths = ({ file, dir, split, format }: Output): string[] => {
  const parts = split?.shares.map(({ name }) => name);
  if (dir !== undefined) return (parts ?? ['part']).map((part) => `${dir}/${part}-00000.${format}`);
  if (file === undefined || file.includes('{')) return [];
  return parts === undefined ? [file] : parts.map((part) => withSuffix(file, part));
};

const withSuffix = (name: string, suffix: string): string => {
  const dot = name.lastIndexOf('.');
  return dot <= name.lastIndexOf('/') ? `${name}-${suffix}` : `${name.slice(0, dot)}-${suffix}${name.slice(dot)}`;
};

// a value of a row must not lead out of the output folder
const safeName = (name: string): string =>
  name
    .split('/')
    // oxlint-disable-next-line no-control-regex -- they are what is taken out
    .map((part) => part.replaceAll(/[\u0000-\u001f\\:*?"<>|]/g, '_').replace(/^\.+$/, '_'))
    .filter((part) => part !== '')
    .join('/');
