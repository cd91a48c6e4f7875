import type { Finding } from '@batchmill/pipeline';
import { HISTORY_FIELDS, roleOf, TURNS_FIELDS } from './old-config.ts';
import type { OldStep } from './old-config.ts';

export type PlannedStep = {
  old: OldStep;
  id: string;
  /** The field for its answer. */
  into: string;
};

/** A question and its answer, which the old scripts put into the history of a dialogue. */
export type PlannedDialogue = { question: PlannedStep; answer: PlannedStep };

export type Plan = { elements: (PlannedStep | PlannedDialogue)[]; notes: Finding[] };

export const isDialogue = (element: PlannedStep | PlannedDialogue): element is PlannedDialogue => 'question' in element;

/** The steps in their order, with valid ids; a question and the next answer make a dialogue, where the answer stands. */
export const planSteps = (steps: readonly OldStep[]): Plan => {
  const notes: Finding[] = [];
  const answers = pairSteps(steps);
  // A dialogue is called like the field of its turns.
  const ids = new Set<string>(answers.size === 0 ? [] : TURNS_FIELDS);
  const asked = new Map([...answers].map(([question, answer]) => [answer, question]));
  const plan = (old: OldStep, into: string): PlannedStep => ({ old, id: idFor(old, ids, notes), into });
  const elements = steps.flatMap((old): (PlannedStep | PlannedDialogue)[] => {
    if (answers.has(old)) return [];
    const question = asked.get(old);
    if (question !== undefined) {
      notes.push(...[question, old].flatMap(fieldInTurn));
      return [{ question: plan(question, 'question'), answer: plan(old, 'answer') }];
    }
    notes.push(...noDialogue(old));
    return [plan(old, old.responseKey)];
  });
  return { elements, notes };
};

/** Question → answer. */
const pairSteps = (steps: readonly OldStep[]): Map<OldStep, OldStep> => {
  const pairs = new Map<OldStep, OldStep>();
  let question: OldStep | undefined;
  for (const step of steps) {
    const role = roleOf(step);
    if (role === 'question') question = step;
    if (role !== 'answer' || question === undefined) continue;
    pairs.set(question, step);
    question = undefined;
  }
  return pairs;
};

const MAX_ID = 40;

const idFor = ({ name }: OldStep, taken: Set<string>, notes: Finding[]): string => {
  const letters = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  const id = freeId(letters.slice(0, MAX_ID) || 'step', taken);
  if (id !== name) {
    const message = `the step is called "${id}" now: an id has up to ${MAX_ID} lower-case letters, digits, "-" and "_"`;
    notes.push({ code: 'step-id', message, path: [name], part: 'key' });
  }
  return id;
};

const freeId = (wanted: string, taken: Set<string>): string => {
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) id = `${wanted.slice(0, MAX_ID - 4)}-${number}`;
  taken.add(id);
  return id;
};

const fieldInTurn = (step: OldStep): Finding[] => {
  const role = roleOf(step);
  if (role === undefined || step.responseKey === role) return [];
  const message = `"${step.responseKey}" has "${role}" in it, and so it was a ${role} of the dialogue: in the turns it is called "${role}"`;
  return [{ code: 'turn-field', message, path: [step.name] }];
};

/** What the old scripts took for a part of a dialogue by letters in its name. */
const noDialogue = (step: OldStep): Finding[] => {
  const role = roleOf(step);
  if (role === undefined) return [];
  const other = role === 'question' ? 'no answer follows' : 'no question stands before it';
  const message = `${other}: it goes to the field "${step.responseKey}" alone, no longer to ${HISTORY_FIELDS[0]} too`;
  return [{ code: 'no-dialogue', message, path: [step.name], part: 'key' }];
};
