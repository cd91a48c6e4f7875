import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, Problem } from '@batchmill/contracts';
import { compileTemplate, rowScope } from '@batchmill/templates';
import type { Template } from '@batchmill/templates';
import type { LoadedPipeline } from './load-pipeline.ts';
import { sourceRows } from './source-rows.ts';

/** A picture that rows name: as it stands in the request, and where it is. */
export type LocalImage = { name: string; path: string };

const MOST_PROBLEMS = 20;

/**
 * The distinct pictures that the pipeline's `image: { path: … }` templates name over the whole input, or its first rows. They are looked
 * for from the pipeline's folder, then from the folder of each input. Only the names are held in memory.
 * @throws InputError that names the pictures that are not there
 */
export const localImages = async (
  loaded: LoadedPipeline,
  firstRows = Number.POSITIVE_INFINITY,
): Promise<LocalImage[]> => {
  const templates = pathTemplates(loaded.compiled);
  if (templates.length === 0) return [];
  const folders = foldersOf(loaded);
  const found = new Map<string, LocalImage>();
  const problems: Problem[] = [];
  let rows = 0;
  for await (const row of sourceRows(loaded.compiled, loaded.inputs)) {
    if (rows >= firstRows) break;
    rows += 1;
    const scope = rowScope(row, loaded.compiled.vars);
    for (const template of templates) {
      const name = rendered(template, scope);
      // objects are read where the requests are made
      if (name === undefined || name.startsWith('s3://') || found.has(name)) continue;
      const path = await firstFile(folders.map((folder) => resolve(folder, name)));
      found.set(name, { name, path: path ?? '' });
      if (path === undefined && problems.length < MOST_PROBLEMS) problems.push(missing(name, row.key, folders));
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  return [...found.values()];
};

const pathTemplates = (pipeline: CompiledPipeline): Template[] =>
  pipeline.stages
    .flatMap((stage) => (stage.kind === 'generate' ? stage.generate.messages : []))
    .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
    .flatMap((part) => ('image' in part && part.image.path !== undefined ? [compileTemplate(part.image.path)] : []));

const foldersOf = ({ folder, inputs }: LoadedPipeline): string[] => [
  ...new Set([folder, ...inputs.flatMap((input) => (input.kind === 'file' ? [dirname(input.path)] : []))]),
];

/** Undefined for a row that lacks the field: the job reports such rows one by one. */
const rendered = (template: Template, scope: Parameters<Template['render']>[0]): string | undefined => {
  try {
    const name = template.render(scope).trim();
    return name === '' ? undefined : name;
  } catch {
    return undefined;
  }
};

const firstFile = async (candidates: readonly string[]): Promise<string | undefined> => {
  for (const path of candidates) if ((await stat(path).catch(() => null))?.isFile() === true) return path;
  return undefined;
};

const missing = (name: string, key: string, folders: readonly string[]): Problem => ({
  code: 'missing-image',
  message: `the picture ${name} is not there`,
  place: { row: key },
  expected: `a file, looked for from ${folders.join(' and ')}`,
  ...(/^(https?|data):/i.test(name) ? { remedy: 'A web address stands in "url", not in "path"' } : {}),
});
