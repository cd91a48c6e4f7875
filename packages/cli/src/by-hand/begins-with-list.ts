import { open } from 'node:fs/promises';

const LOOKED_AT_BYTES = 4096;

/** Whether a file is a JSON array rather than JSON lines, whatever it is called. */
export const beginsWithList = async (path: string): Promise<boolean> => {
  await using handle = await open(path);
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(LOOKED_AT_BYTES) });
  return /^\uFEFF?\s*\[/.test(buffer.toString('utf8', 0, bytesRead));
};
