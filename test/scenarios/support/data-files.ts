import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '@batchmill/contracts';

const REPORTS = ['report.json', 'report.html'];

/** SHA-256 of every delivered file without times and ids, which differ from run to run: no reports, and cards without them. */
export const dataFiles = async (folder: string): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || REPORTS.includes(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    const content = entry.name === 'README.md' ? bytes.toString().replaceAll(/^\| (?:job|date) \|.*$/gm, '') : bytes;
    found[path.relative(folder, file)] = createHash('sha256').update(content).digest('hex');
  }
  return found;
};

export const readReport = async (folder: string): Promise<Report> =>
  JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as Report;
