/** A step of an old configuration. */
export type OldStep = {
  name: string;
  /** Not a template. */
  system: string;
  /** A template of Python's `str.format`. */
  user: string;
  /** With the image of the row. */
  isMultimodal: boolean;
  /** The field for the answer. */
  responseKey: string;
};

export type OldConfig = { model: string; steps: readonly OldStep[] };

/** The old scripts looked for these letters in the name of a step, and in the field of its answer. */
export const asksQuestions = ({ name }: OldStep): boolean => name.includes('question');

export const roleOf = ({ responseKey }: OldStep): 'question' | 'answer' | undefined => {
  if (responseKey.includes('question')) return 'question';
  return responseKey.includes('answer') ? 'answer' : undefined;
};

/** The first is that of the old code, the second that of its README. */
export const HISTORY_FIELDS: readonly string[] = ['dialogue_history', 'dialog_history'];

/** The old scripts left out rows with this mark in this field. */
export const CAPTION_FIELD = 'generated_caption';
export const REMOVE_MARK = 'REMOVE_IMAGE';

/** For the turns of a dialogue in the pipeline; the second where the first has another use. */
export const TURNS_FIELDS = ['dialogue', 'dialogue_turns'] as const;

/** The map of questions and answers in the old data. */
export const TURNS_FIELD = 'question_and_answers';
