import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '@batchmill/contracts';

/** SHA-256 of every delivered file but the report, whose times and ids differ from run to run. */
export const dataFiles = async (folder: string): Promise<Record<string, string>> => {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'report.json') continue;
    const file = path.join(entry.parentPath, entry.name);
    found[path.relative(folder, file)] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  }
  return found;
};

export const readReport = async (folder: string): Promise<Report> =>
  JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as Report;
