import { InputError } from '@batchmill/contracts';
import type { Fields, Join, Problem } from '@batchmill/contracts';
import { compileTemplate, TemplateError } from '@batchmill/templates';
import type { JoinRow } from '../read/join-row.ts';
import type { SourceFile } from '../read/source-file.ts';
import { openJoin } from './join-index.ts';
import type { JoinIndex } from './join-index.ts';
import { fieldInBoth, notJoined } from './join-problems.ts';

/** The files that a source joins, read and ready. Disposing of it frees what they take. */
export type Joins = Disposable & { row: JoinRow };

/**
 * Reads the joined files, each once, and joins them to rows in order.
 * @throws InputError with what is wrong in all of them
 */
export const openJoins = async (
  joins: readonly Join[],
  files: readonly SourceFile[],
  { vars }: { vars: Fields },
): Promise<Joins> => {
  using opened = new DisposableStack();
  const problems: Problem[] = [];
  const steps: Step[] = [];
  for (const join of joins) {
    const file = files.find(({ name }) => name === join.path);
    if (file === undefined) throw new Error(`the joined file ${join.path} is not among the inputs`);
    try {
      const index = opened.use(await openJoin(join, file));
      steps.push({ join, index, keyOf: compileTemplate(join.on).render });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  const kept = opened.move();
  return { row: rowJoiner(steps, vars), [Symbol.dispose]: () => kept.dispose() };
};

type Step = { join: Join; index: JoinIndex; keyOf: (scope: Fields) => string };

const rowJoiner =
  (steps: readonly Step[], vars: Fields): JoinRow =>
  (own, place) => {
    const fields = { ...own };
    const scope: Fields = { ...own, vars, _line: place.line };
    const unjoined: string[] = [];
    for (const { join, index, keyOf } of steps) {
      const key = keyFor(keyOf, scope, join, place);
      if (typeof key === 'object') return { problem: key };
      const found = index.find(key);
      if (found === null && join.missing === 'reject') return { problem: notJoined(place, join.path, key) };
      if (found === null) unjoined.push(join.path);
      for (const name of index.names) {
        if (Object.hasOwn(fields, name)) throw new InputError([fieldInBoth(place, join.path, name)]);
        const value = found !== null && Object.hasOwn(found, name) ? (found[name] ?? null) : null;
        fields[name] = value;
        scope[name] = value;
      }
    }
    return unjoined.length === 0 ? { fields } : { fields, unjoined };
  };

const keyFor = (
  keyOf: Step['keyOf'],
  scope: Fields,
  { path }: Join,
  place: { file: string; line: number },
): string | Problem => {
  try {
    return keyOf(scope);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { code: error.code, message: `the row cannot be joined with ${path}: ${error.message}`, place };
  }
};
