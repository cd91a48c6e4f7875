import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const IMAGES = 12;

/** A list of images, and what the old scripts for them have left in `old`. */
export const writeImagesFolder = async (folder: string): Promise<void> => {
  const at = (name: string): string => path.join(folder, name);
  const images = Array.from({ length: IMAGES }, (_, index) => ({
    // letters in a name decide nothing
    image_path: index === 0 ? 'images/gifts/mp4.jpg' : `images/${index}.jpg`,
    image_url: `https://example.org/images/${index}.jpg`,
    caption: `Picture ${index}, taken by Ada Example`,
    title: `Title ${index}`,
    body_text: `An article about picture ${index}.`,
  }));
  await writeFile(at('images.json'), JSON.stringify(images, null, 4));

  const dialogues = images.map((image, index) => {
    const turns = { question_0: `What is in picture ${index}?`, ...(index % 2 === 0 ? {} : { answer_0: 'A dog.' }) };
    const history = Object.entries(turns).map(([name, text]) => `${name}: ${text}\n`);
    const captions = { cleaned_caption: `Picture ${index}`, generated_caption: 'A dog on a beach.' };
    return { ...image, ...captions, question_and_answers: turns, dialogue_history: history.join('') };
  });
  await writeFile(at('old/dialogues.json'), JSON.stringify(dialogues, null, 4));

  const requests = images.map(({ image_path: id, caption }) => {
    const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: `Caption: ${caption}` }] };
    return JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/chat/completions', body });
  });
  await writeFile(at('old/batch_clean_pii_1.jsonl'), `${requests.join('\n')}\n`);
};
