import type { Problem } from '@batchmill/contracts';
import type { Finding } from '@batchmill/pipeline';
import { fieldsUsed } from './fields-used.ts';
import { CAPTION_FIELD, HISTORY_FIELDS, REMOVE_MARK, TURNS_FIELD } from './old-config.ts';
import { isDialogue } from './plan-steps.ts';
import type { Plan, PlannedStep } from './plan-steps.ts';

/** What is done in another way than by the old scripts, whatever stands in the configuration. */
export const generalChanges = (
  { elements }: Plan,
  { dataKey, output, turnsField }: { dataKey: string; output: string; turnsField: string },
): Problem[] => [
  change('all-steps', 'one run does all steps, in the order in which they stand', 'One of them: --step ID'),
  change('output', `the rows are written to ${output}`, 'Over the input, as before: --in-place'),
  change(
    'unique-key',
    `"${dataKey}" must be there and different in each row: two rows with the same one got the same answer`,
  ),
  change(
    'names',
    `rows with "mp4" or "gif" in "${dataKey}" were left out without a word: now what the image is decides`,
  ),
  change(
    'missing',
    'a row that lacks a field is rejected with its reason; above 5% of the rows (`max_invalid`) nothing is sent. It was five such rows on end',
  ),
  change(
    'null',
    'null was written as "None": now it rejects the row',
    'Where it may be empty: {{ field | default: "" }}',
  ),
  change(
    'values',
    'true, false, 1.0, lists and maps were written as Python does: now true, false, 1, and a list or map rejects the row',
  ),
  change(
    'answers',
    'an answer stays the text that it is: "42" was made a number, "true" a boolean, and quotes and code fences went',
    'Where JSON is wanted: `parse: json`',
  ),
  change(
    'removed',
    `a row whose ${CAPTION_FIELD} has ${REMOVE_MARK} goes through no step, as before; where a step here makes it, it is counted as removed`,
  ),
  ...(elements.some(isDialogue) ? dialogueChanges(turnsField) : []),
];

const change = (code: string, message: string, remedy?: string): Problem => ({
  code,
  message,
  ...(remedy === undefined ? {} : { remedy }),
});

const dialogueChanges = (turns: string): Problem[] => [
  change(
    'dialogue',
    `a dialogue is the list "${turns}" while it is made; in the output it is ${TURNS_FIELD} (question_0, answer_0, question_1 and so on) and, as text, ${turns}_history`,
    'The rows may have no fields "question" and "answer" of their own',
  ),
  change(
    'rounds',
    'each call of the old script added a question or an answer; now `times` says how many turns there are in the end, and a dialogue that is unfinished is gone on with',
  ),
  change(
    'history',
    `the history in a prompt is made of the turns (of ${TURNS_FIELD} to begin with), not of what a row has in ${HISTORY_FIELDS[0]}`,
  ),
];

/** Steps that write the same field, and steps that use what is made after them. */
export const orderNotes = ({ elements }: Plan): Finding[] => {
  const single = elements.flatMap((element) => (isDialogue(element) ? [] : [element]));
  const all = elements.flatMap((element) => (isDialogue(element) ? [element.question, element.answer] : [element]));
  return [
    ...single.flatMap((step, index) => sameField(step, single.slice(0, index))),
    ...all.flatMap((step, index) => madeLater(step, all.slice(index))),
  ];
};

const sameField = ({ old, into }: PlannedStep, before: readonly PlannedStep[]): Finding[] => {
  const first = before.find((step) => step.into === into);
  if (first === undefined) return [];
  const message = `it writes "${into}", as "${first.id}" does: every row is asked twice, and this answer stays`;
  const remedy = 'If rows need only one of them, name the steps that are wanted with --steps, or give each a `when`';
  return [{ code: 'same-field', message, path: [old.name], part: 'key', remedy }];
};

const madeLater = ({ old }: PlannedStep, after: readonly PlannedStep[]): Finding[] =>
  fieldsUsed(old).flatMap((field) => {
    const maker = after.find(({ into }) => into === field);
    if (maker === undefined || maker.old === old) return [];
    const message = `it uses "${field}", which "${maker.id}" makes after it: the data must have it already`;
    const remedy = 'Another order: --steps, with the names as they should follow each other';
    return [{ code: 'made-later', message, path: [old.name], part: 'key', remedy }];
  });
