import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rasterise } from '@batchmill/prompts/rasterise';
import { ROWS } from './rows.ts';
import { SCENES } from './scenes.ts';
import { svg } from './shapes.ts';

/** File → its bytes: the pictures, and `images.json` with a row for each. The same on every machine. */
export const makeSample = (): Map<string, Uint8Array> =>
  new Map([
    ['images.json', Buffer.from(`${JSON.stringify(ROWS, null, 2)}\n`)],
    ...Object.entries(SCENES).map(
      ([name, content]) => [`pictures/${name}.png`, rasterise(svg(content)).asPng()] as [string, Uint8Array],
    ),
  ]);

if (import.meta.main) {
  const folder = path.join(import.meta.dirname, 'sample');
  await mkdir(path.join(folder, 'pictures'), { recursive: true });
  for (const [name, bytes] of makeSample()) await writeFile(path.join(folder, name), bytes);
}
