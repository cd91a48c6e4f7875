import type { ContentPart, GenerateStage, Json, Stage, TransformStage } from '@batchmill/contracts';
import { fieldsOf, fieldsOfCondition, mergeFieldsUsed } from './fields-of.ts';
import type { FieldsUsed } from './fields-of.ts';

/**
 * The fields a stage uses: in its templates, as plots and in `when`. With a `when`, all are optional, since the stage may
 * be skipped for the rows that lack them. Fields the stage makes itself (`into`, `derive`, `expand`) are not counted
 * where they are only made.
 */
export const fieldsUsedByStage = (stage: Stage): FieldsUsed => {
  const inside = stage.kind === 'generate' ? fieldsOfGenerate(stage) : fieldsOfTransform(stage);
  const after =
    stage.kind === 'generate' && stage.removeWhen !== undefined ? fieldsOfCondition(stage.removeWhen) : NONE;
  const made = new Set(stage.kind === 'generate' ? fieldsMade(stage) : []);
  const afterwards = { needed: [], optional: after.optional.filter((field) => !made.has(field)) };
  if (stage.when === undefined) return mergeFieldsUsed([inside, afterwards]);
  const guarded = { needed: [], optional: [...inside.needed, ...inside.optional] };
  return mergeFieldsUsed([fieldsOfCondition(stage.when), guarded, afterwards]);
};

const NONE: FieldsUsed = { needed: [], optional: [] };

const fieldsMade = (stage: GenerateStage): string[] => {
  const { into } = stage.generate;
  return typeof into === 'string' ? [into] : Object.keys(into);
};

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
  return mergeFieldsUsed([...templates, { needed: plot === undefined ? [] : [plot], optional: [] }]);
};

/** What a transform makes is known to the templates after it, and to its key. */
const fieldsOfTransform = (stage: TransformStage): FieldsUsed => {
  const { name, options } = stage.transform;
  const isMap = typeof options === 'object' && options !== null && !Array.isArray(options);
  const made = new Set<string>();
  const parts: FieldsUsed[] = [];
  for (const [field, value] of isMap ? Object.entries(options) : []) {
    if (name === 'derive') parts.push(without(fieldsOfJson(value), made));
    // A list to expand by is data: only a text is a template, which gives the list.
    else if (name === 'expand' && typeof value === 'string') parts.push(fieldsOf(value));
    if (name !== 'expand' || field !== 'times') made.add(field);
  }
  if (stage.key !== undefined) parts.push(without(fieldsOf(stage.key), made));
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
