import type { Json } from '@batchmill/contracts';
import type { StepAt } from '../definition/steps-of.ts';
import type { Finding } from '../problems/finding.ts';
import { listed } from '../problems/finding.ts';
import { didYouMean } from '../problems/nearest.ts';
import { childrenOf, isMap } from '../values/json-values.ts';
import type { Path } from '../values/path.ts';

type JsonMap = { [key: string]: Json };

/** Stages have three digits in keys and ids. */
const MOST_STAGES = 999;

export const isRepeat = (step: JsonMap): boolean => step['repeat'] !== undefined || step['steps'] !== undefined;

/** What goes with a `repeat`, and what only belongs to the steps in it. */
export const checkRepeat = (step: JsonMap, path: Path): Finding[] => {
  const misplaced = ['generate', 'transform', 'remove_when', 'key'].filter((name) => step[name] !== undefined);
  return [
    ...['repeat', 'steps']
      .filter((name) => step[name] === undefined)
      .map((name): Finding => {
        const at = [...path, name];
        const expected = name === 'steps' ? 'a list of steps, which each round takes' : '{ times: 3, into: dialogue }';
        return { code: 'missing', message: 'is missing', path: at, lacks: [at], expected };
      }),
    ...misplaced.map((name): Finding => {
      const remedy = 'Put it into a step below "steps"';
      const message = `"${name}" belongs to a step, and this is a "repeat" with steps of its own`;
      return { code: 'conflict', message, path: [...path, name], part: 'key', remedy };
    }),
    ...checkTurns(step, path),
  ];
};

/** The list of turns must not be one of the fields that a turn is made of. */
const checkTurns = ({ repeat, steps }: JsonMap, path: Path): Finding[] => {
  if (!isMap(repeat) || typeof repeat['into'] !== 'string') return [];
  const made = childrenOf(steps ?? []).flatMap(([, step]) => intoOf(step));
  if (!made.includes(repeat['into'])) return [];
  const message = `the turns cannot go into "${repeat['into']}", which a step of the turn makes`;
  return [
    { code: 'conflict', message, path: [...path, 'repeat', 'into'], remedy: 'Choose another field for the turns' },
  ];
};

const intoOf = (step: Json): string[] => {
  const into = isMap(step) && isMap(step['generate']) ? step['generate']['into'] : undefined;
  if (typeof into === 'string') return [into];
  return isMap(into) ? Object.keys(into) : [];
};

/** What a step cannot do while rounds are repeated. */
export const checkInRepeat = (step: JsonMap, path: Path): Finding[] => {
  const found: Finding[] = [];
  if (step['repeat'] !== undefined || step['steps'] !== undefined) {
    const key = step['repeat'] === undefined ? 'steps' : 'repeat';
    found.push({ code: 'conflict', message: 'a "repeat" cannot stand in another', path: [...path, key], part: 'key' });
  }
  const { transform } = step;
  if (isMap(transform) && transform['expand'] !== undefined) {
    const message = 'rows cannot be multiplied while rounds are repeated';
    const remedy = 'Put this step before or behind the "repeat"';
    found.push({ code: 'conflict', message, path: [...path, 'transform', 'expand'], part: 'key', remedy });
  }
  const key = isMap(transform) && transform['key'] !== undefined ? [...path, 'transform', 'key'] : [...path, 'key'];
  if (step['key'] !== undefined || key.length > path.length + 1) {
    found.push({ code: 'conflict', message: 'a row keeps its key while rounds are repeated', path: key, part: 'key' });
  }
  return found;
};

/** `only` names a step, and the rounds leave room for their numbers. */
export const checkOnly = (document: Json, steps: readonly StepAt[]): Finding[] => {
  const found: Finding[] = [];
  const stages = steps.reduce((sum, { step, isInRepeat }) => sum + (isInRepeat ? 0 : stagesOf(step)), 0);
  if (stages > MOST_STAGES) {
    const message = `the steps and their rounds make ${stages} stages; there can be ${MOST_STAGES}`;
    found.push({ code: 'too-many-stages', message, path: ['steps'], part: 'key', remedy: 'Lower "times"' });
  }
  const only = isMap(document) ? document['only'] : undefined;
  const ids = steps.flatMap(({ step }) => (typeof step['id'] === 'string' ? [step['id']] : repeatIds(step)));
  if (typeof only === 'string' && !ids.includes(only)) {
    const remedy = [didYouMean(only, ids), `The steps are: ${listed(ids)}`].filter(Boolean).join(' ');
    found.push({ code: 'unknown-step', message: `there is no step "${only}"`, path: ['only'], remedy });
  }
  return found;
};

const stagesOf = ({ repeat, steps }: JsonMap): number =>
  isMap(repeat) && typeof repeat['times'] === 'number' ? repeat['times'] * childrenOf(steps ?? []).length : 1;

/** A `repeat` without an id is called by the field of its turns. */
const repeatIds = ({ repeat }: JsonMap): string[] =>
  isMap(repeat) && typeof repeat['into'] === 'string' ? [repeat['into']] : [];
