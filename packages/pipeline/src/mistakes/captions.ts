import { InputError } from '@batchmill/contracts';
import { readPipeline } from '../read-pipeline.ts';
import type { PipelineInput } from '../read-pipeline.ts';

/** A sound pipeline, of which each test breaks one thing. */
export const captions = `name: captions
vars: { model: gpt-4o, limit: 5 }
source: { format: csv, path: rows.csv }
key: id
steps:
  - id: caption
    generate:
      model: "{{ vars.model }}"
      prompt: Describe {{ title }}.
      into: caption
output: { format: csv, file: captions.csv }
`;

/** The messages that a pipeline gets, one per line, or `none`. */
export const messagesOf = (input: PipelineInput): string => {
  try {
    readPipeline({ file: 'p.yaml', ...input });
    return 'none';
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
};

/** Title, what stands in the sound pipeline, what is put there, and the message without the file name. */
export type Mistake = [title: string, sound: string, broken: string, message: string];

export const brokenBy = (sound: string, broken: string): string => {
  if (!captions.includes(sound)) throw new Error(`the sound pipeline has no ${sound}`);
  return captions.replace(sound, () => broken);
};
