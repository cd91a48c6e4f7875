import { sha256OfFile } from '../verify/sha256-of-file.ts';
import type { InputFile } from './input-files.ts';
import type { LocalImage } from './local-images.ts';

/** What a run's content consists of, beside its pipeline. */
export type Digest = { name: string; sha256: string; path?: string };

/** SHA-256 of every input and picture; of a URL that a server fetches, its text. */
export const digestsOf = async (inputs: readonly InputFile[], images: readonly LocalImage[]): Promise<Digest[]> => {
  const digests: Digest[] = [];
  for (const input of inputs)
    digests.push(
      input.kind === 'file'
        ? { name: input.name, sha256: await sha256OfFile(input.path), path: input.path }
        : { name: input.name, sha256: input.url },
    );
  for (const { name, path } of images) digests.push({ name, sha256: await sha256OfFile(path), path });
  return digests;
};
