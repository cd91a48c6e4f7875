import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The text files of the repository by their path from its root, with `/`. A rule is a function of it, so that a test can break it. */
export type Tree = ReadonlyMap<string, string>;

export const ROOT = resolve(import.meta.dirname, '../..');

const TOP_FILES = /^(README\.md|package\.json|pnpm-workspace\.yaml|pnpm-lock\.yaml|docker-compose\.yml|batchmill)$/;
const TOP_FOLDERS = ['packages', 'services', 'recipes', 'test', 'scripts', 'docs', 'infra', '.ci'];
const NOT_OURS = new Set(['node_modules', '.cache', '.batchmill', 'coverage', 'sample', 'out']);
const TEXT = /\.(ts|json|md|ya?ml|py|sh|txt)$|(^|\/)(batchmill|run|Dockerfile[^/]*)$/;

export const readTree = async (): Promise<Tree> => {
  const top = (await readdir(ROOT)).filter((name) => TOP_FILES.test(name));
  const below = await Promise.all(TOP_FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).map(filesBelow));
  const paths = [...top, ...below.flat()].filter((path) => TEXT.test(path));
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(ROOT, path), 'utf8')] as const)),
  );
};

const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter(({ name }) => !NOT_OURS.has(name))
      .map(async (entry) => {
        const path = `${folder}/${entry.name}`;
        return entry.isDirectory() ? await filesBelow(path) : [path];
      }),
  );
  return found.flat();
};
