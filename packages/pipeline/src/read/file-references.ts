import { prepare } from './prepare.ts';
import type { Overrides } from './prepare.ts';
import { filesIn } from './put-in-files.ts';

/**
 * Paths behind `$file`, as written, each once: what a client reads before it calls `readPipeline`. Empty where the
 * pipeline cannot be read; `readPipeline` says why. Never throws.
 */
export const fileReferences = (source: string | object, overrides: Overrides = {}): string[] => {
  const { value } = prepare(source, overrides);
  return value === undefined ? [] : filesIn(value);
};
