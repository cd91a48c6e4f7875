import type { Finding, Path, PipelineComment } from '@batchmill/pipeline';
import { parseFormat } from './format-string.ts';
import { literalText, strippedText } from './literal-text.ts';
import { asksQuestions, CAPTION_FIELD, HISTORY_FIELDS, REMOVE_MARK, TURNS_FIELD } from './old-config.ts';
import type { OldStep } from './old-config.ts';
import { fieldsUsed } from './fields-used.ts';
import { isDialogue } from './plan-steps.ts';
import type { Plan, PlannedDialogue, PlannedStep } from './plan-steps.ts';
import type { PromptContext } from './placeholder-text.ts';
import { promptText } from './prompt-text.ts';

export type BuiltSteps = {
  /** As they stand in a pipeline file. */
  steps: Record<string, unknown>[];
  comments: PipelineComment[];
  mistakes: Finding[];
  notes: Finding[];
};

/** Where the old scripts left a row out. */
const MARKED = `${CAPTION_FIELD} contains "${REMOVE_MARK}"`;
const NOT_MARKED = `not ${MARKED}`;

/**
 * @param turnsField for the turns of dialogues
 * @param rounds of each dialogue
 */
export const buildSteps = ({ elements }: Plan, turnsField: string, rounds: number): BuiltSteps => {
  const built: BuiltSteps = { steps: [], comments: [], mistakes: [], notes: [] };
  const jsonFields = new Set<string>();
  let dialogues = 0;
  for (const [index, element] of elements.entries()) {
    const path: Path = ['steps', index];
    if (isDialogue(element)) {
      dialogues += 1;
      // One that goes on with the turns of another counts them too.
      const times = rounds * dialogues;
      built.steps.push(
        buildDialogue(built, element, { path, turnsField, times, isFirst: dialogues === 1, jsonFields }),
      );
    } else {
      const asksForJson = showsJson(element.old.user);
      const history = dialogues === 0 ? undefined : historyAfter(turnsField);
      built.steps.push(
        buildStep(built, element, { path, context: { history, jsonFields }, asksForJson, when: NOT_MARKED }),
      );
      if (asksForJson) jsonFields.add(element.into);
    }
  }
  return built;
};

type DialoguePlace = {
  path: Path;
  turnsField: string;
  times: number;
  isFirst: boolean;
  jsonFields: ReadonlySet<string>;
};

const buildDialogue = (
  built: BuiltSteps,
  { question, answer }: PlannedDialogue,
  { path, turnsField, times, isFirst, jsonFields }: DialoguePlace,
): Record<string, unknown> => {
  const turns = historyOf(turnsField);
  const inside = (index: number, step: PlannedStep, history: string): Record<string, unknown> =>
    buildStep(built, step, { path: [...path, 'steps', index], context: { history, jsonFields }, asksForJson: false });
  built.comments.push({ path, lines: ROUNDS });
  built.notes.push(...[question, answer].flatMap(({ old }) => rowFieldInRound(old)));
  return {
    ...(isFirst ? { id: turnsField } : {}),
    when: NOT_MARKED,
    repeat: { times, into: turnsField, ...(isFirst ? { from: TURNS_FIELD } : {}) },
    steps: [inside(0, question, turns), inside(1, answer, `${turns}${openQuestion(turnsField)}`)],
  };
};

/** What a row has in these fields is not seen while a turn is made. */
const rowFieldInRound = (step: OldStep): Finding[] =>
  fieldsUsed(step)
    .filter((field) => field === 'question' || field === 'answer')
    .map((field) => ({
      code: 'turn-in-prompt',
      message: `{${field}} is the ${field} of the turn that is being made, and no field of the row may be called so any more`,
      path: [step.name, 'user'],
    }));

const ROUNDS = [
  'One call of the old script for the question and one for the answer made a turn. "times" is how many there are in the end;',
  `those that a row has already, in ${TURNS_FIELD}, count.`,
];

/** The history as the old scripts wrote it into `dialogue_history`. */
const historyOf = (turns: string): string =>
  `{% for t in ${turns} %}question_{{ forloop.index0 }}: {{ t.question }}\nanswer_{{ forloop.index0 }}: {{ t.answer }}\n{% endfor %}`;

/** Behind the rounds. A row that comes from a file has its dialogue as text there. */
const historyAfter = (turns: string): string =>
  `{% if ${turns} %}${historyOf(turns)}{% else %}{{ ${HISTORY_FIELDS[0]} }}{% endif %}`;

const openQuestion = (turns: string): string => `question_{{ ${turns}.size }}: {{ question }}\n`;

type StepPlace = { path: Path; context: PromptContext; asksForJson: boolean; when?: string };

const buildStep = (
  built: BuiltSteps,
  { id, into, old }: PlannedStep,
  { path, context, asksForJson, when }: StepPlace,
): Record<string, unknown> => {
  const { template, mistakes, notes } = promptText(old, context);
  const hasImage = old.isMultimodal || asksQuestions(old);
  built.mistakes.push(...mistakes);
  built.notes.push(...notes, ...notesOnStep(old, { template, hasImage, asksForJson }));
  if (asksForJson) built.comments.push({ path: [...path, 'generate', 'parse'], lines: JSON_ANSWER });
  if (into === CAPTION_FIELD) built.comments.push({ path: [...path, 'remove_when'], lines: REMOVED });
  return {
    id,
    ...(when === undefined ? {} : { when }),
    generate: {
      ...asked(strippedText(old.system), hasImage, template),
      ...(asksForJson ? { parse: 'json' } : {}),
      into,
    },
    ...(into === CAPTION_FIELD ? { remove_when: MARKED } : {}),
  };
};

const JSON_ANSWER = ['The prompt shows JSON, so the answer is read as such. Without this line it stays text.'];
const REMOVED = ['Such rows end here. They stay in the output, which has all rows, and are counted in the report.'];

const IMAGE = { url: '{{ image_url }}' };

/** The image goes before the text. A system text without a word needs the long form: in the short one it means none. */
const asked = (system: string, hasImage: boolean, prompt: string): Record<string, unknown> => {
  const parts = { ...(hasImage ? { image: IMAGE } : {}), ...(prompt === '' ? {} : { prompt }) };
  if (system !== '') return { system: literalText(system), ...parts };
  const content = hasImage ? [{ image: IMAGE }, ...(prompt === '' ? [] : [{ text: prompt }])] : prompt;
  return {
    messages: [
      { role: 'system', content: '' },
      { role: 'user', content },
    ],
  };
};

type StepFacts = { template: string; hasImage: boolean; asksForJson: boolean };

const notesOnStep = (old: OldStep, { template, hasImage, asksForJson }: StepFacts): Finding[] => {
  const path = [old.name];
  const notes: Finding[] = [];
  if (hasImage && !old.isMultimodal)
    notes.push({ code: 'always-image', message: ALWAYS_IMAGE, path: [...path, 'is_multimodal'], part: 'key' });
  if (template === '')
    notes.push({ code: 'empty-text', message: 'only the image is sent, without an empty text', path });
  if (asksForJson)
    notes.push({
      code: 'json-answer',
      message: JSON_NOTE,
      path,
      part: 'key',
      remedy: 'Without `parse: json` it stays text',
    });
  return notes;
};

const ALWAYS_IMAGE = 'a step with "question" in its name had the image whatever stands here, and has it still';
const JSON_NOTE =
  'the prompt shows JSON, so the answer is read as such: one that is none is asked for once more, where the old script kept it as text';

/** Whether a prompt shows the model the beginning of a JSON object, as one does that asks for JSON. */
const showsJson = (user: string): boolean => {
  const literals = parseFormat(user).parts.filter((part) => typeof part === 'string');
  return /\{\s*["']/.test(literals.join(''));
};
