import { fieldReference } from '@batchmill/pipeline';
import type { Member, Placeholder } from './format-string.ts';
import { HISTORY_FIELDS, TURNS_FIELD } from './old-config.ts';

/** What the fields of a row are where a prompt is made. */
export type PromptContext = {
  /** The dialogue so far, as a template; absent where the row's own field has it. */
  history: string | undefined;
  /** Fields that hold a JSON value, made by a step before. */
  jsonFields: ReadonlySet<string>;
};

export type PlaceholderText = {
  template: string;
  /** What is not quite as it was. */
  note?: { code: string; message: string; remedy?: string };
};

export type PlaceholderMistake = { mistake: string; remedy: string };

/** A placeholder of `str.format` as a template. What no template can say exactly is a mistake, or comes with a note. */
export const placeholderText = (
  placeholder: Placeholder,
  context: PromptContext,
): PlaceholderText | PlaceholderMistake => {
  const { source, field, members, conversion, spec } = placeholder;
  const mistake = mistakeInName(field) ?? mistakeInMembers(members) ?? mistakeInForm(conversion, spec);
  if (mistake !== undefined) return mistake;
  if (HISTORY_FIELDS.includes(field) && context.history !== undefined) return historyText(placeholder, context.history);
  if (field === TURNS_FIELD && context.history !== undefined)
    return {
      mistake: `${TURNS_FIELD} is written at the end; until then the dialogue is a list`,
      remedy: 'In the pipeline, {{ dialogue[0].question }} gives the first question',
    };
  const reference = `${fieldReference(field)}${members.map(memberText).join('')}`;
  if (members.length === 0 && context.jsonFields.has(field))
    return {
      template: `{{ ${reference} | json }}`,
      note: { code: 'json-in-text', message: `${source} was written as Python writes a map ({'a': 1}), now as JSON` },
    };
  const length = /^\.(\d+)s?$/.exec(spec)?.[1];
  if (length !== undefined)
    return {
      template: `{{ ${reference} | slice: 0, ${Number(length)} }}`,
      note: { code: 'cut-text', message: `${source} cuts the text; a character such as an emoji now counts as two` },
    };
  return { template: `{{ ${reference} }}`, ...(members.length === 0 ? {} : noteOnMembers(source, members)) };
};

const DOUBLED = 'Name a field, as in {caption}. Braces that are meant as such are doubled: {{ and }}';

const mistakeInName = (field: string): PlaceholderMistake | undefined => {
  if (field === '') return { mistake: 'a placeholder names no field', remedy: DOUBLED };
  if (/^\d+$/.test(field)) return { mistake: `"${field}" is no name of a field`, remedy: DOUBLED };
  if (/^'|["\n\r\t]/.test(field))
    return { mistake: `{${shown(field)}… is read as the name of a field`, remedy: DOUBLED };
  if (field.trim() !== field)
    return { mistake: `white space belongs to the name in "{${field}}"`, remedy: `Write {${field.trim()}}` };
  if (!RESERVED.includes(field)) return undefined;
  return { mistake: `the name "${field}" is reserved`, remedy: 'Give the field another name in the data and here' };
};

const RESERVED = ['vars', '_key', '_line', '_n', '_parent'];

const LONGEST_SHOWN = 30;

const shown = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').slice(0, LONGEST_SHOWN);

const mistakeInMembers = (members: readonly Member[]): PlaceholderMistake | undefined => {
  for (const member of members) {
    if ('attribute' in member && member.attribute.startsWith('__'))
      return { mistake: `"${member.attribute}" is a thing of Python`, remedy: 'Name a field of the data' };
    if ('name' in member && /^-\d+$/.test(member.name))
      return {
        mistake: `str.format does not count from the end: [${member.name}] is a name to it`,
        remedy: 'In the pipeline, {{ field | last }} gives the last element',
      };
  }
  return undefined;
};

const mistakeInForm = (conversion: string, spec: string): PlaceholderMistake | undefined => {
  if (conversion !== '' && conversion !== 's')
    return {
      mistake: `"!${conversion}" ${conversion === 'r' || conversion === 'a' ? 'writes a value as Python does in a program' : 'is unknown to str.format'}`,
      remedy: 'Leave it out; in the pipeline, {{ field | json }} writes a value with its quotes',
    };
  if (/^(?:\.\d+)?s?$/.test(spec)) return undefined;
  return {
    mistake: `the format ":${shown(spec)}" cannot be translated`,
    remedy:
      'Leave it out, and use a filter of the pipeline, such as {{ field | round: 2 }}; or double the braces that are meant as such',
  };
};

const historyText = (
  { source, field, members, spec }: Placeholder,
  history: string,
): PlaceholderText | PlaceholderMistake => {
  if (members.length > 0 || !/^s?$/.test(spec))
    return { mistake: `${source} takes a part of the dialogue`, remedy: `Write {${HISTORY_FIELDS[0]}}` };
  if (field === HISTORY_FIELDS[0]) return { template: history };
  const message = `{${field}} is taken for {${HISTORY_FIELDS[0]}}, as the data calls it`;
  return { template: history, note: { code: 'history-name', message } };
};

const memberText = (member: Member): string => {
  if ('position' in member) return `[${member.position}]`;
  const name = 'attribute' in member ? member.attribute : member.name;
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
};

/** Names that mean more in Liquid than a member of a map. */
const COUNTED = ['size', 'length', 'first', 'last'];

const noteOnMembers = (source: string, members: readonly Member[]): Pick<PlaceholderText, 'note'> => {
  const counted = members.find(
    (member) => !('position' in member) && COUNTED.includes('attribute' in member ? member.attribute : member.name),
  );
  if (counted !== undefined) {
    const message = `${source}: where there is no member of this name, it is now what Liquid counts or picks`;
    return { note: { code: 'member', message } };
  }
  if (members.some((member) => 'attribute' in member)) {
    const message = `${source} ended the old script for data from JSON (a map has no attributes); now it is a member of the map`;
    return { note: { code: 'member', message } };
  }
  if (!members.some((member) => 'position' in member)) return {};
  const message = `${source} is an element of a list; of a text it is a character, and an emoji counts as two`;
  return { note: { code: 'member', message } };
};
