import { OUTPUT_FORMATS, SPLIT_METHODS } from '@batchmill/contracts';
import { z } from 'zod';
import { orTemplate } from './before-variables.ts';
import { textList } from './source-definition.ts';
import { template, text } from './step-definition.ts';

const SHARES = 'a map of split name to share, and a seed: { train: 0.8, test: 0.2, seed: 42 }';

const splitSchema = z
  .object({ method: orTemplate(z.enum(SPLIT_METHODS)).optional() }, { error: SHARES })
  .catchall(z.number({ error: 'a number' }));
export type SplitDefinition = z.output<typeof splitSchema>;

const QA = 'a map with the fields that hold the series and the answer: { series: z, answer: caption }';
const FIELD = 'a field or a template';
const fieldOrTemplate = z.string({ error: FIELD }).min(1, { error: FIELD });

/** Question and answer about a time series. */
const qaSchema = z.strictObject(
  {
    series: fieldOrTemplate,
    answer: fieldOrTemplate,
    id: fieldOrTemplate.optional(),
    pre_prompt: template.optional(),
    post_prompt: template.optional(),
    time_series_text: template.optional(),
    eos: text.optional(),
  },
  { error: QA },
);
export type QaDefinition = z.output<typeof qaSchema>;

const cardSchema = z.strictObject({
  title: text.optional(),
  license: text.optional(),
  description: text.optional(),
});

export const outputSchema = z.strictObject({
  format: orTemplate(z.enum(OUTPUT_FORMATS)).optional(),
  file: template.optional(),
  dir: text.optional(),
  columns: z
    .union([textList, z.record(z.string(), template)], {
      error: 'a list of field names, or a map of column name to field or template',
    })
    .optional(),
  qa: qaSchema.optional(),
  card: cardSchema.optional(),
  rows: orTemplate(z.enum(['ok', 'all'])).optional(),
  split: orTemplate(splitSchema).optional(),
  turns_as_map: z
    .record(z.string(), text, { error: 'a map of field with turns to new field: { dialogue: question_and_answers }' })
    .optional(),
});
export type OutputDefinition = z.output<typeof outputSchema>;
