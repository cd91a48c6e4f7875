import { z } from 'zod';
import { orTemplate } from './before-variables.ts';
import { outputSchema } from './output-definition.ts';
import { sourceSchema } from './source-definition.ts';
import { defaultsSchema, json, stepSchema, template } from './step-definition.ts';

const NAME = 'letters, digits, ".", "-" and "_", beginning with a letter or digit';

const MAX_INVALID = 'a share of the rows, such as 5% or 0.05';

/** A pipeline file whose variables and files are put in. What depends on several values is checked apart. */
export const definitionSchema = z.strictObject({
  name: z.string({ error: NAME }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: NAME }),
  vars: z.record(z.string(), json, { error: 'a map of variable name to value' }).optional(),
  source: sourceSchema,
  key: template,
  max_invalid: orTemplate(
    z.union(
      [
        z.number().min(0, { error: MAX_INVALID }).max(1, { error: MAX_INVALID }),
        z.string().regex(/^\s*(100(\.0*)?|\d{1,2}(\.\d+)?)\s*%\s*$/, { error: MAX_INVALID }),
      ],
      {
        error: MAX_INVALID,
      },
    ),
  ).optional(),
  max_cost: orTemplate(z.number().positive()).optional(),
  shards: z
    .strictObject({
      rows: orTemplate(
        z.union([z.literal('auto'), z.int().min(1)], { error: '"auto" or a whole number from 1' }),
      ).optional(),
    })
    .optional(),
  defaults: defaultsSchema.optional(),
  steps: z.array(stepSchema).max(999),
  only: z.string({ error: 'the id of a step' }).optional(),
  output: z.union([outputSchema, z.array(outputSchema)], { error: 'an output or a list of outputs' }).optional(),
});

/** What stands in a pipeline file, as an object. */
export type PipelineDefinition = z.input<typeof definitionSchema>;
export type Definition = z.output<typeof definitionSchema>;
export type StepDefinition = Definition['steps'][number];
export type InnerStepDefinition = NonNullable<StepDefinition['steps']>[number];
export type GenerateDefinition = NonNullable<StepDefinition['generate']>;

/** Gives a pipeline written in TypeScript its types; returns it unchanged. */
export const definePipeline = <T extends PipelineDefinition>(pipeline: T): T => pipeline;
