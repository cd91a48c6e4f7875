import type { Json } from '@batchmill/contracts';
import type { Finding } from '../problems/finding.ts';
import { describe, listed } from '../problems/finding.ts';
import { isMap } from '../values/json-values.ts';
import { stepsOf } from '../definition/steps-of.ts';
import { didYouMean } from '../problems/nearest.ts';
import { parsePath } from '../values/path.ts';
import type { Path } from '../values/path.ts';

/** The document with `--set` overrides and variables laid over it, and what they have changed. */
export type Overridden = { value: Json; findings: Finding[]; changed: { path: Path; by: '--set' | '--var' }[] };

/** Lays `path → value` over a document; a step may be named by its id: `steps.caption.generate.model`. */
export const overlaySet = (document: Json, set: Readonly<Record<string, Json>>): Overridden => {
  const result: Overridden = { value: structuredClone(document), findings: [], changed: [] };
  for (const [text, value] of Object.entries(set)) {
    const path = parsePath(text);
    const outcome = path === null ? 'is no path, such as steps[0].generate.model' : assign(result.value, path, value);
    if (typeof outcome === 'string') {
      result.findings.push({ code: 'bad-path', message: `--set ${text}: ${outcome}` });
    } else {
      result.changed.push({ path: outcome, by: '--set' });
    }
  }
  return result;
};

/** Lays variables over `vars`; each must be one that the pipeline declares. */
export const overlayVariables = (before: Overridden, variables: Readonly<Record<string, Json>>): Overridden => {
  const { value, findings, changed } = before;
  if (!isMap(value)) return before;
  const vars = value['vars'] ?? {};
  if (!isMap(vars)) return before;
  for (const [name, given] of Object.entries(variables)) {
    if (Object.hasOwn(vars, name)) {
      vars[name] = given;
      changed.push({ path: ['vars', name], by: '--var' });
      continue;
    }
    const known = Object.keys(vars);
    const hint = known.length === 0 ? 'This pipeline has no variables' : `Known variables: ${listed(known)}`;
    findings.push({
      code: 'unknown-variable',
      message: `--var ${name}: no such variable`,
      remedy: [didYouMean(name, known), hint].filter(Boolean).join(' '),
    });
  }
  return { value, findings, changed };
};

/** Puts the value in place; gives the path with positions instead of ids, or what is wrong with it. */
const assign = (root: Json, path: Path, value: Json): Path | string => {
  let around = root;
  const walked: (string | number)[] = [];
  const whole = throughRepeats(root, path);
  for (const [index, part] of whole.entries()) {
    const isLast = index === whole.length - 1;
    const key = Array.isArray(around) ? positionOf(around, part) : part;
    if (Array.isArray(around)) {
      if (typeof key !== 'number') return notInList(around, key);
      if (key > around.length || (key === around.length && !isLast))
        return `the list has only ${around.length} entries`;
    } else if (!isMap(around)) {
      return `a value cannot be put into ${describe(around)}`;
    } else if (typeof key === 'number') {
      return `[${key}] is a position in a list, but a map stands there`;
    }
    walked.push(key);
    const container = around as { [key: string | number]: Json };
    if (isLast) container[key] = value;
    else if (!Object.hasOwn(container, key) || container[key] === null) container[key] = {};
    around = container[key] ?? null;
  }
  return walked;
};

/** A step inside a `repeat` may be named as if it stood by itself: `steps.question` is `steps[2].steps.question`. */
const throughRepeats = (root: Json, path: Path): Path => {
  const [first, id, ...rest] = path;
  if (first !== 'steps' || typeof id !== 'string') return path;
  const steps = stepsOf(root);
  if (steps.some(({ step, isInRepeat }) => !isInRepeat && step['id'] === id)) return path;
  const inner = steps.find(({ step, isInRepeat }) => isInRepeat && step['id'] === id);
  return inner === undefined ? path : [...inner.path, ...rest];
};

const notInList = (list: Json[], id: string): string => {
  const ids = list.flatMap((item) => (isMap(item) && typeof item['id'] === 'string' ? [item['id']] : []));
  const hint = [didYouMean(id, ids), `The ids are: ${listed(ids)}`].filter(Boolean).join(' ');
  return `there is no "${id}" in the list. ${hint}`;
};

const positionOf = (list: Json[], part: string | number): string | number => {
  if (typeof part === 'number') return part;
  const index = list.findIndex((item) => isMap(item) && item['id'] === part);
  return index < 0 ? part : index;
};
