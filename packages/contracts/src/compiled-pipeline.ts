import { z } from 'zod';
import { stageNumberSchema } from './ids.ts';
import { roundSchema } from './round.ts';

/*
 * What a pipeline file compiles to when a job is accepted: variables put in, defaults filled, stages numbered.
 * Every string named "template" is LiquidJS source; every "condition" a bare LiquidJS expression.
 */

const template = z.string();
const condition = z.string();

/** A line plot of numeric fields of a row. Texts are templates. */
export const plotSchema = z.strictObject({
  /** Names of fields that hold lists of numbers; several are drawn into one picture, with a legend. */
  fields: z.array(z.string()).min(1),
  /** Pixels; absent = by the number of points. */
  width: z.int().min(100).max(4096).optional(),
  height: z.int().min(100).max(4096).optional(),
  title: template.optional(),
  xLabel: template.optional(),
  yLabel: template.optional(),
  format: z.enum(['png', 'svg']).optional(),
});
export type Plot = z.infer<typeof plotSchema>;

export const contentPartSchema = z.union([
  z.strictObject({ text: template }),
  z.strictObject({
    image: z.strictObject({
      url: template.optional(),
      path: template.optional(),
      plot: plotSchema.optional(),
      detail: z.enum(['low', 'high', 'auto', 'original']).optional(),
      /** false: one that is inlined is sent as large as it is; absent: in the size in which the model sees it. */
      downscale: z.boolean().optional(),
    }),
  }),
]);
export type ContentPart = z.infer<typeof contentPartSchema>;

export const messageSchema = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: z.union([template, z.array(contentPartSchema)]),
});
export type Message = z.infer<typeof messageSchema>;

const jsonObject = z.record(z.string(), z.json());

export const generateSchema = z.strictObject({
  provider: z.string(),
  /** Path of the provider's API, for example `/v1/chat/completions`. */
  endpoint: z.string(),
  /**
   * `batch` (the default): by files, at half the price; `live`: one request per row, answered at once; `by-hand`: nothing
   * is sent, and only answers that are given count.
   */
  mode: z.enum(['batch', 'live', 'by-hand']).optional(),
  /**
   * Field whose object is the whole request body, sent as it stands: without `params`, `messages` and `schema`, and with
   * the model that it names. What the provider answers with success is the answer, as its whole result line, unjudged.
   */
  body: z.string().optional(),
  model: template,
  /** Copied into the body; strings are templates, a value that renders to null is not sent. */
  params: jsonObject,
  messages: z.array(messageSchema),
  /** JSON Schema of the answer; sent as structured output and checked on return. */
  schema: jsonObject.optional(),
  schemaName: z.string().optional(),
  /** Field for the whole answer, or target field → name in the answer object. */
  into: z.union([z.string(), z.record(z.string(), z.string())]),
  /** How the answer is read where no schema asks for JSON; absent = as the text that it is. */
  parse: z.enum(['text', 'json']).optional(),
  /** Field for the text of an answer that is read as JSON, as the model gave it. */
  rawInto: z.string().optional(),
  /** Parameters laid over `params` when a truncated row is asked once more. */
  onTruncated: jsonObject.optional(),
  maxRequests: z.int().positive().optional(),
  retryAttempts: z.int().min(1).max(20),
  /** Web addresses of pictures are looked at before the row is asked. */
  checkUrls: z.boolean().optional(),
});
export type Generate = z.infer<typeof generateSchema>;

const stageBase = {
  number: stageNumberSchema,
  step: z.string(),
  when: condition.optional(),
  round: roundSchema.optional(),
};

export const generateStageSchema = z.strictObject({
  ...stageBase,
  kind: z.literal('generate'),
  generate: generateSchema,
  removeWhen: condition.optional(),
});
export type GenerateStage = z.infer<typeof generateStageSchema>;

export const transformStageSchema = z.strictObject({
  ...stageBase,
  kind: z.literal('transform'),
  /** One function of packages/transforms and its options. */
  transform: z.strictObject({ name: z.string(), options: z.json() }),
  key: template.optional(),
});
export type TransformStage = z.infer<typeof transformStageSchema>;

/** The field in which `normalize` says what it did to a row: new field → what was done to it. */
export const NORMALIZATION_FIELD = 'normalization';

export const stageSchema = z.discriminatedUnion('kind', [generateStageSchema, transformStageSchema]);
export type Stage = z.infer<typeof stageSchema>;

export const SOURCE_FORMATS = ['csv', 'json', 'jsonl', 'parquet', 'm4'] as const;
export const OUTPUT_FORMATS = ['csv', 'json', 'jsonl', 'parquet'] as const;

/** Fields of another file, joined to the rows by key. */
export const joinSchema = z.strictObject({
  path: z.string(),
  format: z.enum(SOURCE_FORMATS),
  /** Field of the other file; unique there. */
  key: z.string(),
  /** Gives a row's key in the other file. */
  on: template,
  /** Field of the row → field of the other file; absent = all of them but its key. */
  fields: z.record(z.string(), z.string()).optional(),
  /** What becomes of a row the other file does not know: its joined fields are null, or it is rejected. */
  missing: z.enum(['null', 'reject']),
});
export type Join = z.infer<typeof joinSchema>;

export const sourceSchema = z.strictObject({
  format: z.enum(SOURCE_FORMATS),
  /** As written in the pipeline; the job's input pins name the bytes. */
  paths: z.array(z.string()),
  /** A line or element that is no object goes into this field. */
  wrap: z.string().optional(),
  /** New fields in order; each may use those before it. */
  derive: z.array(z.strictObject({ field: z.string(), template })),
  /** Done before `derive`, in order. */
  joins: z.array(joinSchema).optional(),
  /** Only rows with these keys are taken, in source order; one that is not there is a mistake. */
  keys: z.array(z.string()).min(1).optional(),
  limit: z.int().nonnegative().optional(),
  /** Rows before the one with this key are left out. */
  fromKey: z.string().optional(),
});
export type Source = z.infer<typeof sourceSchema>;

export const SPLIT_METHODS = ['hash', 'sklearn', 'huggingface'] as const;

export const splitSchema = z.strictObject({
  /** `hash` (the default): each row by itself; the others permute all rows as the Python library of that name does. */
  method: z.enum(SPLIT_METHODS).optional(),
  /** Share per split, adding to 1, in file order. */
  shares: z.array(z.strictObject({ name: z.string(), share: z.number().positive() })).min(1),
  seed: z.int(),
});
export type Split = z.infer<typeof splitSchema>;

/** One column of an output: a plain field name (or `_key` …), a rendered value, or a list of such. */
const cellSchema = z.strictObject({ field: z.string().optional(), template: template.optional() });

/** What the README of a dataset folder says beside what is known of it anyway. */
export const datasetCardSchema = z.strictObject({
  title: z.string().optional(),
  license: z.string().optional(),
  description: z.string().optional(),
});
export type DatasetCard = z.infer<typeof datasetCardSchema>;

export const outputSchema = z.strictObject({
  format: z.enum(OUTPUT_FORMATS),
  /** A file name (may be a template over a row's fields), or a folder for Parquet with splits. */
  file: template.optional(),
  dir: z.string().optional(),
  /**
   * In order; absent = every field. `strip` takes white space off the ends of a text, or of each text of a list; after
   * it, `suffix` is put after a text that does not end with it. A suffix is never stripped: in an answer that ends with it
   * (white space apart), the text before it is.
   */
  columns: z
    .array(
      cellSchema.extend({
        name: z.string(),
        list: z.array(cellSchema).optional(),
        strip: z.boolean().optional(),
        suffix: z.string().optional(),
      }),
    )
    .optional(),
  /** Writes a dataset card (`README.md`) into `dir`. */
  card: datasetCardSchema.optional(),
  rows: z.enum(['ok', 'all']),
  split: splitSchema.optional(),
  /** Field with a list of turns → field that takes its place: a map `question_0`, `answer_0`, … */
  turnsAsMap: z.record(z.string(), z.string()).optional(),
});
export type Output = z.infer<typeof outputSchema>;

export const compiledPipelineSchema = z.strictObject({
  v: z.literal(1),
  name: z.string(),
  vars: jsonObject,
  source: sourceSchema,
  key: template,
  /** Share (0…1) of rows that may lack a field the steps name before nothing is submitted. */
  maxInvalid: z.number().min(0).max(1),
  shardRows: z.union([z.literal('auto'), z.int().positive()]),
  /** US dollars over the whole job. */
  maxCost: z.number().positive().optional(),
  stages: z.array(stageSchema),
  outputs: z.array(outputSchema),
});
export type CompiledPipeline = z.infer<typeof compiledPipelineSchema>;

/** `system_fingerprint` of every answer that the simulator makes up: it tells whoever looks that no model has answered. */
export const SIMULATED_FINGERPRINT = 'fp_simulated';

/** Whether any answer comes from the simulator: then every output says so. */
export const isSimulated = ({ stages }: CompiledPipeline): boolean =>
  stages.some((stage) => stage.kind === 'generate' && stage.generate.provider === 'simulator');
