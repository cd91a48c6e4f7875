import type { Json } from '@batchmill/contracts';
import { isMap } from '../values/json-values.ts';
import { formatPath } from '../values/path.ts';
import type { Path } from '../values/path.ts';
import type { Prepared } from './prepare.ts';

/**
 * A copy without the settings that a variable or `--set` has made null: "not set". In `params` a null stays, since it
 * takes away what `defaults` say.
 */
export const leaveOutNothing = (
  document: Json,
  { madeFrom, changed }: Pick<Prepared, 'madeFrom' | 'changed'>,
): Json => {
  const overridden = new Set(changed.map(({ path }) => formatPath(path)));
  const visit = (value: Json, path: Path): Json => {
    if (Array.isArray(value)) return value.map((child, index) => visit(child, [...path, index]));
    if (!isMap(value) || KEPT.has(String(path.at(-1)))) return value;
    const entries = Object.entries(value).map(([key, child]): [Path, string, Json] => [[...path, key], key, child]);
    const isLeftOut = (child: Json, at: string) => child === null && (madeFrom.has(at) || overridden.has(at));
    return Object.fromEntries(
      entries.flatMap(([at, key, child]) => (isLeftOut(child, formatPath(at)) ? [] : [[key, visit(child, at)]])),
    );
  };
  return visit(document, []);
};

const KEPT: ReadonlySet<string> = new Set(['vars', 'params', 'on_truncated', 'schema', 'expand']);
