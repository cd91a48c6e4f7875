import type { Finding } from '@batchmill/pipeline';
import { parseFormat } from './format-string.ts';
import type { FormatPart } from './format-string.ts';
import { literalText, strippedEnd, strippedStart } from './literal-text.ts';
import { asksQuestions, CAPTION_FIELD, HISTORY_FIELDS } from './old-config.ts';
import type { OldStep } from './old-config.ts';
import { placeholderText } from './placeholder-text.ts';
import type { PlaceholderMistake, PlaceholderText, PromptContext } from './placeholder-text.ts';

/** A prompt as a template of the pipeline, with what is wrong with the old one, and what is not quite as it was. */
export type PromptText = { template: string; mistakes: Finding[]; notes: Finding[] };

/** The text that goes to the user's message, as the old script made it for a step of this name. */
export const promptText = (step: OldStep, context: PromptContext): PromptText => {
  const { parts, mistakes } = parseFormat(step.user);
  const path = [step.name, 'user'];
  const within = (offset: number): Pick<Finding, 'path' | 'within'> => ({
    path,
    within: positionIn(step.user, offset),
  });
  const found: PromptText = {
    template: '',
    mistakes: mistakes.map(({ offset, message }) => ({
      code: 'bad-format',
      message,
      ...within(offset),
      remedy: DOUBLED,
    })),
    notes: [],
  };
  const translate = asksQuestions(step) ? questionPlaceholder : placeholderText;
  const pieces = parts.map((part, index) => {
    if (typeof part === 'string') return literalText(part, index < parts.length - 1);
    const made = translate(part, context);
    if ('mistake' in made) {
      const { mistake: message, remedy } = made;
      found.mistakes.push({ code: 'bad-placeholder', message, ...within(part.offset), remedy });
      return '';
    }
    if (made.note !== undefined) found.notes.push({ ...made.note, ...within(part.offset) });
    return made.template;
  });
  if (!asksQuestions(step)) return { ...found, template: pieces.join('') };
  const { template, isCaptured } = strippedTemplate(parts, pieces);
  if (isCaptured) found.notes.push({ code: 'strip', message: STRIPPED, path });
  return { ...found, template };
};

const DOUBLED = 'Braces that are meant as such are doubled: {{ and }}';

const STRIPPED =
  'white space is taken off both ends of the text, as before; of the rarest characters, U+001C to U+001F and U+0085 now stay and U+FEFF goes';

const positionIn = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
};

const CONTEXT = `{{ cleaned_caption | default: "" }}\n{{ ${CAPTION_FIELD} }}`;
const CONTEXT_NAME = 'context';

/** The old script gave a step that asks questions these two texts and nothing else. */
const questionPlaceholder = (
  part: Exclude<FormatPart, string>,
  context: PromptContext,
): PlaceholderText | PlaceholderMistake => {
  const { source, field, members, spec } = part;
  if (HISTORY_FIELDS.includes(field)) {
    const history = context.history ?? `{{ ${HISTORY_FIELDS[0]} | default: "" }}`;
    return placeholderText(part, { ...context, history });
  }
  const made = placeholderText(part, context);
  if ('mistake' in made) return made;
  if (field === CONTEXT_NAME && members.length === 0 && /^s?$/.test(spec)) return { template: CONTEXT };
  return {
    mistake: `${source} has no value here: a step with "question" in its name knows {${HISTORY_FIELDS[0]}} and {${CONTEXT_NAME}}`,
    remedy: 'Take it out here; in the pipeline any field may stand in the prompt',
  };
};

/** White space at the ends: of texts it is taken off here, of values when the prompt is made. */
const strippedTemplate = (
  parts: readonly FormatPart[],
  pieces: readonly string[],
): { template: string; isCaptured: boolean } => {
  const [first, last] = [parts[0], parts.at(-1)];
  const isFirm = (end: FormatPart | undefined, strip: (text: string) => string): boolean =>
    end === undefined || (typeof end === 'string' && strip(end) !== '');
  const text = pieces.join('');
  if (isFirm(first, strippedStart) && isFirm(last, strippedEnd))
    return { template: strippedStart(strippedEnd(text)), isCaptured: false };
  return { template: `{% capture asked %}${text}{% endcapture %}{{ asked | strip }}`, isCaptured: true };
};
