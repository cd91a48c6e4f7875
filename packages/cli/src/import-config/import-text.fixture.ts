import { InputError } from '@batchmill/contracts';
import { importConfig } from './import-config.ts';
import type { ImportedConfig, ImportRequest } from './import-config.ts';

export const importText = (text: string, over: Partial<ImportRequest> = {}): ImportedConfig =>
  importConfig({
    text,
    file: 'config.yaml',
    name: 'config',
    input: 'images.json',
    dataKey: 'image_path',
    rounds: 1,
    ...over,
  });

/** What is said about a file that is refused. */
export const refusalOf = (text: string, over: Partial<ImportRequest> = {}): string[] => {
  try {
    return [`not refused: ${importText(text, over).text}`];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.split('\n');
  }
};

/** `line:column code` of each change that has a place. */
export const placesOfChanges = ({ changes }: ImportedConfig): string[] =>
  changes.flatMap(({ code, place }) => (place === undefined ? [] : [`${place.line}:${place.column} ${code}`]));
