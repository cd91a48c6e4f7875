import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { beganText } from '../job/began-text.ts';
import { rememberRun } from '../job/known-runs.ts';
import { jobToCreate } from '../job/prepare-run.ts';
import type { PreparedRun } from '../job/prepare-run.ts';
import { startJob } from '../job/start-job.ts';
import type { Began } from '../job/start-job.ts';

export type StartedFile = {
  id: string;
  began: Began;
  /** As its job calls it. */
  file: string;
  /** Folder for its results, absolute. */
  out: string;
};

/** Creates the job of a request file, or finds the one that it already is. */
export const startFile = async (
  context: CommandContext,
  api: Api,
  run: PreparedRun,
  out: string,
): Promise<StartedFile> => {
  const { loaded, identity, key, use } = run;
  const { name, maxCost } = loaded.compiled;
  const started = await startJob(api.client, await jobToCreate(api, run), { key, name, maxCost });
  const { id, began } = started;
  if (context.url === undefined)
    await rememberRun(context.stateDir, { identity, key, job: id, name, out, simulator: use.simulator });
  context.printer.note(`${loaded.file}: ${beganText(started)}`);
  return { id, began, file: loaded.file, out };
};
