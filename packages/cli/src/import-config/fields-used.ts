import { parseFormat } from './format-string.ts';
import { asksQuestions, CAPTION_FIELD } from './old-config.ts';
import type { OldStep } from './old-config.ts';

/** Fields that a step's prompt names. */
export const fieldsUsed = (step: OldStep): string[] => {
  if (asksQuestions(step)) return [CAPTION_FIELD];
  const { parts } = parseFormat(step.user);
  return [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.field])))];
};
