import { mkdir, open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

const BUFFER_CHARACTERS = 512 * 1024;

/** A result file on its way; `lines` and `bytes` so far. */
type Sink = { write(line: string): Promise<void> | null; end(path: string): Promise<number>; abandon(): Promise<void> };

/** The output and the error file of one batch. A file comes into being only with its first line. */
export type BatchOutput = {
  /** A promise where the caller must wait for the disk. */
  writeOutput(line: string): Promise<void> | null;
  writeError(line: string): Promise<void> | null;
  /** Moves the files to the paths given; sizes in bytes, null where there is no line. */
  finish(outputPath: string, errorPath: string): Promise<{ outputBytes: number | null; errorBytes: number | null }>;
  abandon(): Promise<void>;
};

export const openBatchOutput = async (workPath: string): Promise<BatchOutput> => {
  await mkdir(workPath, { recursive: true });
  const output = createSink(join(workPath, 'output.jsonl'));
  const error = createSink(join(workPath, 'error.jsonl'));
  return {
    writeOutput: output.write,
    writeError: error.write,
    finish: async (outputPath, errorPath) => {
      const [outputBytes, errorBytes] = await Promise.all([output.end(outputPath), error.end(errorPath)]);
      return { outputBytes: outputBytes || null, errorBytes: errorBytes || null };
    },
    abandon: async () => {
      await Promise.all([output.abandon(), error.abandon()]);
    },
  };
};

const createSink = (path: string): Sink => {
  let file: FileHandle | null = null;
  let lines: string[] = [];
  let characters = 0;
  let bytes = 0;

  const flush = async (): Promise<void> => {
    const text = Buffer.from(lines.join(''));
    lines = [];
    characters = 0;
    // A file left over from before the last end of the process is made anew.
    file ??= await open(path, 'w');
    await file.writeFile(text);
    bytes += text.length;
  };

  return {
    write: (line) => {
      lines.push(line, '\n');
      characters += line.length + 1;
      return characters < BUFFER_CHARACTERS ? null : flush();
    },
    end: async (target) => {
      if (characters > 0) await flush();
      if (file === null) return 0;
      await file.datasync();
      await file.close();
      await rename(path, target);
      return bytes;
    },
    abandon: async () => {
      await file?.close();
    },
  };
};
