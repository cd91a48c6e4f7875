import type { ContentPart, GenerateStage, Json, Plot, Stage, TransformStage } from '@batchmill/contracts';
import { fieldsMadeByStage } from './fields-made-by-stage.ts';
import { fieldsOf, fieldsOfCondition, mergeFieldsUsed } from './fields-of.ts';
import type { FieldsUsed } from './fields-of.ts';

/**
 * The fields a stage uses: in its templates, as plots and in `when`. With a `when`, all are optional, since the stage may
 * be skipped for the rows that lack them. Fields the stage makes itself (`into`, `derive`, `expand`) are not counted
 * where they are only made.
 */
export const fieldsUsedByStage = (stage: Stage): FieldsUsed => {
  const used = stage.kind === 'generate' ? fieldsOfGenerate(stage) : fieldsOfTransform(stage);
  // rounds give a row the list of turns, and a step by itself the turn that was begun before
  const given =
    stage.round === undefined
      ? []
      : [stage.round.into, ...(stage.round.number === undefined ? stage.round.before : [])];
  const inside = without(used, new Set(given));
  const after =
    stage.kind === 'generate' && stage.removeWhen !== undefined ? fieldsOfCondition(stage.removeWhen) : NONE;
  const made = new Set(fieldsMadeByStage(stage));
  const afterwards = { needed: [], optional: after.optional.filter((field) => !made.has(field)) };
  if (stage.when === undefined) return mergeFieldsUsed([inside, afterwards]);
  const guarded = { needed: [], optional: [...inside.needed, ...inside.optional] };
  return mergeFieldsUsed([fieldsOfCondition(stage.when), guarded, afterwards]);
};

const NONE: FieldsUsed = { needed: [], optional: [] };

const fieldsOfGenerate = ({ generate }: GenerateStage): FieldsUsed =>
  mergeFieldsUsed([
    fieldsOf(generate.model),
    ...generate.messages.map(({ content }) =>
      typeof content === 'string' ? fieldsOf(content) : mergeFieldsUsed(content.map(fieldsOfPart)),
    ),
    fieldsOfJson(generate.params),
    optionalOnly(fieldsOfJson(generate.onTruncated ?? null)),
  ]);

const fieldsOfPart = (part: ContentPart): FieldsUsed => {
  if ('text' in part) return fieldsOf(part.text);
  const { url, path, plot } = part.image;
  const templates = [url, path].filter((template) => template !== undefined).map(fieldsOf);
  return mergeFieldsUsed([...templates, ...(plot === undefined ? [] : [fieldsOfPlot(plot)])]);
};

const fieldsOfPlot = ({ fields, title, xLabel, yLabel }: Plot): FieldsUsed =>
  mergeFieldsUsed([
    { needed: fields, optional: [] },
    ...[title, xLabel, yLabel].filter((template) => template !== undefined).map(fieldsOf),
  ]);

/** What a transform makes is known to the templates after it, and to its key. */
const fieldsOfTransform = (stage: TransformStage): FieldsUsed => {
  const { name, options } = stage.transform;
  const key = stage.key === undefined ? NONE : without(fieldsOf(stage.key), new Set(fieldsMadeByStage(stage)));
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return key;
  return mergeFieldsUsed([fieldsOfOptions(name, options), key]);
};

const fieldsOfOptions = (name: string, options: { [option: string]: Json }): FieldsUsed => {
  if (name === 'normalize') return { needed: [options['field'] ?? []].flat().map(String), optional: [] };
  const made = new Set<string>();
  const parts: FieldsUsed[] = [];
  for (const [field, value] of Object.entries(options)) {
    if (name === 'derive') parts.push(without(fieldsOfJson(value), made));
    // A list to expand by is data: only a text is a template, which gives the list.
    else if (name === 'expand' && typeof value === 'string') parts.push(fieldsOf(value));
    made.add(field);
  }
  return mergeFieldsUsed(parts);
};

const without = (used: FieldsUsed, made: ReadonlySet<string>): FieldsUsed => ({
  needed: used.needed.filter((field) => !made.has(field)),
  optional: used.optional.filter((field) => !made.has(field)),
});

const optionalOnly = (used: FieldsUsed): FieldsUsed => ({
  needed: [],
  optional: [...used.needed, ...used.optional],
});

const fieldsOfJson = (value: Json): FieldsUsed => {
  if (typeof value === 'string') return fieldsOf(value);
  if (value === null || typeof value !== 'object') return NONE;
  return mergeFieldsUsed((Array.isArray(value) ? value : Object.values(value)).map(fieldsOfJson));
};
