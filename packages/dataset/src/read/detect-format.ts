import type { Source } from '@batchmill/contracts';
import { nonTextSignature } from './file-signature.ts';
import { refuseFile } from './refuse-file.ts';

type Format = Source['format'];

const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
};

const M4_NAME = /(?:^|\/)(?:Yearly|Quarterly|Monthly|Weekly|Daily|Hourly)-(?:train|test)\.csv$/i;
const M4_HEADER = /^"?V1"?,"?V2"?(?:,|$)/;

/**
 * The format of a file by its first bytes (some KiB) and, where they leave it open, by its name.
 * @throws InputError for an empty file and for what no reader can read
 */
export const detectFormat = (name: string, firstBytes: Uint8Array): Format => {
  const head = Buffer.from(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
  if (head.subarray(0, 4).toString('latin1') === 'PAR1') return 'parquet';
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text === '') {
    throw refuseFile({ name }, undefined, {
      code: 'empty-file',
      message: 'the file is empty',
      remedy: 'Check that it is the right file',
    });
  }
  const problem = nonTextSignature(head);
  if (problem !== undefined) throw refuseFile({ name }, 1, problem);

  const byName = EXTENSIONS[/\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];
  if (text.startsWith('{')) return byName === 'json' && !isJsonLines(text) ? 'json' : 'jsonl';
  if (text.startsWith('[')) return byName === 'jsonl' && isWhole(firstLine(text)) ? 'jsonl' : 'json';
  if (M4_NAME.test(name) || M4_HEADER.test(firstLine(text))) return 'm4';
  return byName === 'jsonl' ? 'jsonl' : 'csv';
};

const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? '';

const isJsonLines = (text: string): boolean => isWhole(firstLine(text)) && /^[^\n]*\n\s*\S/.test(text);

const isWhole = (line: string): boolean => {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};
