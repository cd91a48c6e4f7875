import { z } from 'zod';
import type { Json } from '@batchmill/contracts';
import { orFile, orTemplate } from './before-variables.ts';
import { normalizeOptionsSchema } from './normalize-options.ts';

/** Any JSON value: the document reader has already made sure of that. */
export const json = z.custom<Json>(() => true);
export const jsonMap = z.record(z.string(), json, { error: 'a map' });
export const text = z.string({ error: 'text' });
export const template = z.string({ error: 'a text or template' });
const filled = template.min(1, { error: 'a text that is not empty' });
export const condition = z.string({ error: 'a condition in text, for example: "score > 3"' });

const PLOT = 'the name of a field with a list of numbers, or a map with it';
const pixels = orTemplate(z.int().min(100).max(4096)).optional();

const plotSchema = z.strictObject({
  field: text.min(1).optional(),
  fields: z.array(text.min(1)).min(1).optional(),
  width: pixels,
  height: pixels,
  title: template.optional(),
  x_label: template.optional(),
  y_label: template.optional(),
  format: orTemplate(z.enum(['png', 'svg'])).optional(),
});

const imageSchema = z.strictObject({
  url: template.optional(),
  path: template.optional(),
  plot: z.union([z.string(), plotSchema], { error: PLOT }).optional(),
  detail: orTemplate(z.enum(['low', 'high', 'auto', 'original'])).optional(),
  downscale: orTemplate(z.boolean()).optional(),
});

const contentPartSchema = z.strictObject({ text: template.optional(), image: imageSchema.optional() });

const messageSchema = z.strictObject({
  role: orTemplate(z.enum(['system', 'developer', 'user', 'assistant'])),
  content: z.union([template, z.array(contentPartSchema).min(1)], { error: 'a text or a list of parts' }),
});

const intoSchema = z.union([text, z.record(z.string(), text).refine((map) => Object.keys(map).length > 0)], {
  error: 'a field name, or a map of field name to name in the answer',
});

const retrySchema = z.strictObject({ attempts: orTemplate(z.int().min(1).max(20)).optional() });

/** Settings of a `generate` that may also stand in `defaults`. */
const settings = {
  provider: text.optional(),
  mode: orTemplate(z.enum(['batch', 'live'])).optional(),
  endpoint: z
    .string()
    .startsWith('/', { error: 'a path that begins with "/", for example "/v1/chat/completions"' })
    .optional(),
  model: filled.optional(),
  params: orTemplate(jsonMap).optional(),
  system: template.optional(),
  on_truncated: orTemplate(jsonMap).optional(),
  max_requests: orTemplate(z.int().min(1)).optional(),
  retry: retrySchema.optional(),
  check_urls: orTemplate(z.boolean()).optional(),
};

export const defaultsSchema = z.strictObject(settings);

const generateSchema = z.strictObject({
  ...settings,
  body: text.min(1, { error: 'the name of a field with a whole request body' }).optional(),
  messages: z.array(messageSchema).min(1).optional(),
  image: imageSchema.optional(),
  prompt: filled.optional(),
  schema: orFile(jsonMap).optional(),
  into: intoSchema,
  parse: orTemplate(z.enum(['text', 'json'])).optional(),
  raw_into: text.min(1, { error: 'the name of a field' }).optional(),
  remove_when: condition.optional(),
});

/** Options of `derive`: new field → template, in order; each may use those before it. */
export const deriveOptionsSchema = z.record(z.string(), template, { error: 'a map of field name to template' });
export type DeriveOptions = z.output<typeof deriveOptionsSchema>;

const TIMES = 'a whole number from 1, or a template that gives one';
const LIST = 'a list, or a template that gives one';
const templateOf = (error: string) => z.string().regex(/\{[{%]/, { error });

/**
 * Options of `expand`: field → list (or template that gives one), and `times` copies of each element. A file named by
 * `$file` is put in before.
 */
export const expandOptionsSchema = z
  .object({ times: z.union([z.int().min(1), templateOf(TIMES)], { error: TIMES }).optional() })
  .catchall(orFile(z.union([z.array(json), templateOf(LIST)], { error: LIST })));
export type ExpandOptions = z.output<typeof expandOptionsSchema>;

const transformSchema = z.strictObject({
  derive: deriveOptionsSchema.optional(),
  expand: expandOptionsSchema.optional(),
  normalize: normalizeOptionsSchema.optional(),
  key: template.optional(),
});

const STEP_ID = 'up to 40 lower-case letters, digits, "-" and "_", beginning with a letter';
const stepId = z.string({ error: STEP_ID }).regex(/^[a-z][a-z0-9_-]{0,39}$/, { error: STEP_ID });

const work = {
  when: condition.optional(),
  generate: generateSchema.optional(),
  remove_when: condition.optional(),
  transform: transformSchema.optional(),
  key: template.optional(),
};

const repeatSchema = z.strictObject(
  {
    times: orTemplate(z.int().min(1).max(100)),
    into: text.min(1, { error: 'the name of a field' }),
    from: text.min(1, { error: 'the name of a field' }).optional(),
    on_failure: orTemplate(z.enum(['keep', 'reject'])).optional(),
  },
  { error: 'how often, and where the turns go: { times: 3, into: dialogue }' },
);

export const innerStepSchema = z.strictObject({ id: stepId, ...work });

/** A step, or a `repeat` with steps of its own; which of the two, and that a step has an id, is checked apart. */
export const stepSchema = z.strictObject({
  id: stepId.optional(),
  ...work,
  repeat: repeatSchema.optional(),
  steps: z.array(innerStepSchema).min(1).optional(),
});
