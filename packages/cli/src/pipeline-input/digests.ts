import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { InputFile } from './input-files.ts';
import type { LocalImage } from './local-images.ts';

/** What a run's content consists of, beside its pipeline. */
export type Digest = { name: string; sha256: string };

/** SHA-256 of every input and picture; of a URL that a server fetches, its text. */
export const digestsOf = async (inputs: readonly InputFile[], images: readonly LocalImage[]): Promise<Digest[]> => {
  const digests: Digest[] = [];
  for (const input of inputs)
    digests.push({ name: input.name, sha256: input.kind === 'file' ? await sha256(input.path) : input.url });
  for (const image of images) digests.push({ name: image.name, sha256: await sha256(image.path) });
  return digests;
};

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
