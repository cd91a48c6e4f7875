import { SOURCE_FORMATS } from '@batchmill/contracts';
import { z } from 'zod';
import { orTemplate } from './before-variables.ts';
import { template, text } from './step-definition.ts';

export const textList = z.array(text).min(1);

/** A text that is not empty; `wanted` says in words what it is. */
const filled = (wanted: string) => z.string({ error: wanted }).min(1, { error: wanted });

const JOINED = 'a list of fields of that file, or a map of new field to field';

const joinSchema = z.strictObject({
  path: filled('a file name'),
  format: orTemplate(z.enum(SOURCE_FORMATS)).optional(),
  key: filled('a field of that file'),
  on: filled('a field, or a template that gives the key').optional(),
  fields: z
    .union([textList, z.record(z.string(), text).refine((map) => Object.keys(map).length > 0)], { error: JOINED })
    .optional(),
  missing: orTemplate(z.enum(['null', 'reject']).nullable()).optional(),
});
export type JoinDefinition = z.output<typeof joinSchema>;

const ID = 'the key of a row';

export const sourceSchema = z.strictObject({
  format: orTemplate(z.enum(SOURCE_FORMATS)).optional(),
  path: orTemplate(z.union([text.min(1), textList], { error: 'a file name or a list of file names' })),
  wrap: text.optional(),
  info: filled('a file name, such as M4-info.csv').optional(),
  join: z.union([joinSchema, z.array(joinSchema).min(1)], { error: 'a join or a list of joins' }).optional(),
  derive: z.record(z.string(), template, { error: 'a map of field name to template' }).optional(),
  ids: orTemplate(
    z.array(z.union([z.string(), z.number()], { error: ID }), { error: 'a list of row keys' }).min(1),
  ).optional(),
  limit: orTemplate(z.int().min(0)).optional(),
  from_key: z.union([z.string(), z.number()], { error: ID }).optional(),
});
export type SourceDefinition = z.output<typeof sourceSchema>;
