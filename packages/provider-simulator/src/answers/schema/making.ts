import type { Random } from '../../random.ts';
import type { JsonSchema } from '../chat-body.ts';
import type { PromptMaterial } from '../prompt-material.ts';

export type Making = {
  random: Random;
  material: PromptMaterial;
  root: JsonSchema;
  /** How deep the present value lies. */
  depth: number;
  /** Makes the value of an inner schema. */
  inner(schema: JsonSchema, name: string): unknown;
};

/** From here on everything optional is left out and the simplest branch taken, so that recursive schemas end. */
export const SIMPLE_FROM_DEPTH = 5;
