import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { GenerateStage } from '@batchmill/contracts';
import { readPipeline } from '@batchmill/pipeline';
import { unreadable } from '../pipeline-input/unreadable.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { VERSION } from '../version.ts';
import type { Prepared } from './prepared-folder.ts';

/** The step whose answers are taken up, once it is certain that the folder is as it was written. */
export const checkPrepared = async (folder: string, prepared: Prepared): Promise<GenerateStage> => {
  const { text, file, variables, set, files } = prepared.pipeline;
  const compiled = readPipeline({ source: text, file, variables, set, files });
  const stage = compiled.stages.find(({ number }) => number === prepared.stage);
  if (stage?.kind !== 'generate' || JSON.stringify(compiled) !== JSON.stringify(prepared.compiled))
    throw new UsageError(
      `This version of Batchmill (${VERSION}) understands the pipeline in prepared.json otherwise than the one that wrote it (${prepared.version}). Collect with that one.`,
    );
  const rows = join(folder, prepared.rows.file);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(rows)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw new InputError([unreadable(rows, cause, 'Take the folder as `batchmill prepare` wrote it')], { cause });
  }
  if (hash.digest('hex') === prepared.rows.sha256) return stage;
  const problem = {
    code: 'changed-rows',
    message: 'the file is no longer what `batchmill prepare` wrote: answers could be given to the wrong rows',
    place: { file: rows },
    remedy: 'Take the folder as it was written',
  };
  throw new InputError([problem]);
};
