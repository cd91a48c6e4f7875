import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** In hex, read in pieces. */
export const sha256OfFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
