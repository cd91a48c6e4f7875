import type { Json } from '@batchmill/contracts';
import { checkGenerate } from './check-generate.ts';
import { checkInRepeat, checkOnly, checkRepeat, isRepeat } from './check-repeat.ts';
import { checkTransform, hasUnknown } from './check-transform.ts';
import type { Finding } from '../problems/finding.ts';
import { isMap, valueAt } from '../values/json-values.ts';
import { stepsOf } from '../definition/steps-of.ts';
import { formatPath } from '../values/path.ts';
import type { Path } from '../values/path.ts';

/** What the schema of a step cannot say: what excludes or needs what. Values of the wrong kind are left to the schema. */
export const checkSteps = (document: Json): Finding[] => {
  const firstWith = new Map<string, Path>();
  const defaults = valueAt(document, ['defaults']);
  const steps = stepsOf(document);
  return [
    ...steps.flatMap(({ path, step, isInRepeat }) => [
      ...duplicateId(step, path, firstWith),
      ...(isMap(step['generate'])
        ? checkGenerate(step['generate'], [...path, 'generate'], isMap(defaults) ? defaults : {})
        : []),
      ...(isRepeat(step) && !isInRepeat
        ? checkRepeat(step, path)
        : [...checkKind(step, path), ...checkTwice(step, path)]),
      ...(isInRepeat ? checkInRepeat(step, path) : []),
    ]),
    ...checkOnly(document, steps),
  ];
};

const duplicateId = (step: { [key: string]: Json }, path: Path, firstWith: Map<string, Path>): Finding[] => {
  const { id } = step;
  if (typeof id !== 'string') return [];
  const first = firstWith.get(id);
  if (first === undefined) {
    firstWith.set(id, path);
    return [];
  }
  const message = `the id ${JSON.stringify(id)} is already that of ${formatPath(first)}`;
  return [{ code: 'duplicate-id', message, path: [...path, 'id'], remedy: 'Give each step an id of its own' }];
};

const checkKind = (step: { [key: string]: Json }, path: Path): Finding[] => {
  const { generate, transform } = step;
  if (generate === undefined && transform === undefined) {
    if (hasUnknown(step, STEP_KEYS)) return [];
    const kinds = ['generate', 'transform'];
    return [
      {
        code: 'missing',
        message: 'a step needs "generate" or "transform"',
        path,
        lacks: kinds.map((kind) => [...path, kind]),
      },
    ];
  }
  if (step['id'] === undefined) {
    const at = [...path, 'id'];
    return [{ code: 'missing', message: 'is missing', path: at, lacks: [at], expected: 'a name for the step' }];
  }
  if (generate !== undefined && transform !== undefined) {
    const message = 'a step has either "generate" or "transform", not both';
    return [{ code: 'conflict', message, path: [...path, 'transform'], part: 'key', remedy: 'Make two steps of it' }];
  }
  return isMap(transform) ? checkTransform(transform, [...path, 'transform']) : [];
};

const STEP_KEYS = ['id', 'when', 'remove_when', 'key'];

/** `remove_when` and `key` may stand at the step or inside. */
const checkTwice = (step: { [key: string]: Json }, path: Path): Finding[] => {
  const { generate, transform } = step;
  const twice = (name: string, inside: string): Finding[] =>
    isMap(step[inside]) && step[name] !== undefined && step[inside][name] !== undefined
      ? [
          {
            code: 'conflict',
            message: `"${name}" stands at the step and in "${inside}"`,
            path: [...path, name],
            part: 'key',
            remedy: 'Keep one of them',
          },
        ]
      : [];
  const misplaced = (name: string, wanted: string): Finding => ({
    code: 'conflict',
    message: `"${name}" belongs to a step with "${wanted}"`,
    path: [...path, name],
    part: 'key',
  });
  return [
    ...twice('remove_when', 'generate'),
    ...twice('key', 'transform'),
    ...(transform !== undefined && generate === undefined && step['remove_when'] !== undefined
      ? [misplaced('remove_when', 'generate')]
      : []),
    ...(generate !== undefined && transform === undefined && step['key'] !== undefined
      ? [misplaced('key', 'transform')]
      : []),
  ];
};
