import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './processes.ts';

export const DIALOGUES = path.join(ROOT, 'recipes/image-dialogues');

/** A row as the recipe takes it, with an id, since many rows share a picture. */
export type DialogueRow = { id: string; image_path: string; caption: string; title?: string; body_text?: string };

/** Writes a list of rows with the recipe's pictures in turn: every eighth without a caption, every third with an article. */
export const writeDialogueRows = async (file: string, count: number): Promise<DialogueRow[]> => {
  const pictures = (await readdir(path.join(DIALOGUES, 'sample/pictures'))).sort();
  const rows = Array.from({ length: count }, (_, index): DialogueRow => {
    const picture = pictures[index % pictures.length] ?? '';
    return {
      id: `d${index}`,
      image_path: `sample/pictures/${picture}`,
      caption:
        index % 8 === 7 ? '' : `${picture.replace('.png', '').replaceAll('-', ' ')}, as seen by visitor ${index}`,
      ...(index % 3 === 0 ? { title: `Notes of day ${index}`, body_text: `Weather and walks of day ${index}.` } : {}),
    };
  });
  await writeFile(file, JSON.stringify(rows));
  return rows;
};

/** The picture of a row as a request has it. */
export const pictureReader = async (rows: readonly DialogueRow[]): Promise<(row: DialogueRow) => string> => {
  const urls = new Map<string, string>();
  for (const name of new Set(rows.map(({ image_path: picture }) => picture))) {
    urls.set(name, `data:image/png;base64,${(await readFile(path.join(DIALOGUES, name))).toString('base64')}`);
  }
  return ({ image_path: picture }) => urls.get(picture) ?? '';
};
