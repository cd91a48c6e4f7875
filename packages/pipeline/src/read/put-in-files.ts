import { checkObject } from './check-document.ts';
import type { Json } from '@batchmill/contracts';
import { asInStep } from '../definition/steps-of.ts';
import type { Finding } from '../problems/finding.ts';
import { describe } from '../problems/finding.ts';
import { childrenOf, isMap, replaceValues } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';

/** Replaces each `{ $file: path }` where a schema or a list of `expand` may stand by the contents given for it. */
export const putInFiles = (
  document: Json,
  files: Readonly<Record<string, Json>>,
): { value: Json; findings: Finding[] } => {
  const findings: Finding[] = [];
  const value = replaceValues(document, (value, path) => {
    if (!mayBeFile(path) || !isReference(value)) return undefined;
    const { $file: name } = value;
    const at = [...path, '$file'];
    if (typeof name !== 'string' || name === '') {
      findings.push({
        code: 'wrong-type',
        message: 'is no file name',
        path: at,
        found: describe(name),
        expected: 'text',
      });
    } else if (Object.hasOwn(files, name)) {
      const unusable = checkObject(files[name]);
      if (unusable.length === 0) return files[name];
      findings.push(...unusable.map((finding) => ({ ...finding, path: at })));
    } else {
      const remedy = 'The path is relative to the pipeline file';
      findings.push({
        code: 'file-not-found',
        message: `the file ${JSON.stringify(name)} could not be read`,
        path: at,
        remedy,
      });
    }
    // Keeps one mistake from becoming two: what the file holds is not known.
    return path.at(-1) === 'schema' ? {} : [null];
  });
  return { value, findings };
};

/** Paths behind `$file` as written, each once. */
export const filesIn = (document: Json): string[] => [...new Set(referencesIn(document, []))];

const referencesIn = (value: Json, path: Path): string[] => {
  if (mayBeFile(path) && isReference(value)) return typeof value.$file === 'string' ? [value.$file] : [];
  if (path.length > DEEPEST) return [];
  return childrenOf(value).flatMap(([key, child]) => referencesIn(child, [...path, key]));
};

/** `steps[n].steps[m].transform.expand.<field>`, and what stands there */
const DEEPEST = 8;

const isReference = (value: Json): value is { $file: Json } =>
  isMap(value) && '$file' in value && Object.keys(value).length === 1;

/** `steps[n].generate.schema` and `steps[n].transform.expand.<field>` */
const mayBeFile = (path: Path): boolean => {
  const [steps, , step, key, field, ...rest] = asInStep(path);
  if (steps !== 'steps' || rest.length > 0) return false;
  return step === 'generate' ? key === 'schema' && field === undefined : key === 'expand' && field !== undefined;
};
