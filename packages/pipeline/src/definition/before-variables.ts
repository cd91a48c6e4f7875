import type { z } from 'zod';

/** A text with a template, such as `{{ vars.model }}`. */
export type TemplateText = `${string}{{${string}}}${string}`;

/** The contents of another file, put in when the pipeline is read. The path is relative to the pipeline file. */
export type FileReference = { $file: string };

/*
 * The schemas describe a pipeline whose variables and files are put in. What a user writes may still have a template or
 * a file reference there: that is a matter of the input type only.
 */

export const orTemplate = <Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<z.output<Schema>, z.input<Schema> | TemplateText> =>
  schema as z.ZodType<z.output<Schema>, z.input<Schema> | TemplateText>;

export const orFile = <Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<z.output<Schema>, z.input<Schema> | FileReference> =>
  schema as z.ZodType<z.output<Schema>, z.input<Schema> | FileReference>;
