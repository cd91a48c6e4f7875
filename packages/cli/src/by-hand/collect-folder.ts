import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { CompiledPipeline, Report } from '@batchmill/contracts';
import { withApi } from '../api/open-api.ts';
import type { Api } from '../api/open-api.ts';
import type { CommandContext } from '../command-context.ts';
import { commandLine } from '../job/command-line.ts';
import { exitCodeOf } from '../job/exit-code-of.ts';
import { fetchOutputs } from '../job/fetch-outputs.ts';
import { finishJob } from '../job/finish-job.ts';
import { followJob } from '../job/follow-job.ts';
import { mustTakeFiles } from '../job/out-folder.ts';
import { tellWithoutResults } from '../job/tell-end.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { checkPrepared } from './check-prepared.ts';
import { findResultFiles } from './find-result-files.ts';
import { readPrepared } from './prepared-folder.ts';
import type { Prepared } from './prepared-folder.ts';
import { readResultFiles } from './result-file.ts';
import type { ResultFile } from './result-file.ts';
import { uploadResults } from './result-lines.ts';
import { startByHand } from './start-by-hand.ts';
import { endedReasons, preparedLines } from './told-prepared.ts';
import { isForSending, stemFor, writeFolder } from './write-folder.ts';

export type CollectFolderOptions = { out?: string; new?: boolean };

/** Takes up the answers to prepared requests, up to the next step that asks a model, whose requests it prepares. */
export const collectFolder = async (
  context: CommandContext,
  [shown = '.', ...named]: readonly string[],
  options: CollectFolderOptions,
): Promise<number> => {
  const { cwd } = context.io;
  const folder = resolve(cwd, shown);
  const prepared = await readPrepared(folder, shown);
  const stage = await checkPrepared(folder, prepared);
  const found =
    named.length === 0
      ? await findResultFiles(folder, shown, prepared)
      : await readResultFiles(
          named.map((path) => resolve(cwd, path)),
          cwd,
        );
  const results = inOneOrder(found);
  context.printer.note(`Results: ${results.map(({ name }) => name).join(', ')}`);
  const out = resolve(cwd, options.out ?? folder);
  mustSpareFolder(out, folder, prepared, results);
  await mustTakeFiles(out);
  const next = nextQuestion(prepared);
  return withApi(context, {}, async (api) => {
    const { text, file, variables, set, files } = prepared.pipeline;
    const rows = await uploadRows(api, folder, prepared);
    const answers = await uploadResults(api.client, results, stage.generate.endpoint);
    const byHand = { collect: { stage: stage.number, rows, answers, inputs: prepared.inputs } };
    const request = { pipeline: text, pipelineFile: file, variables, set, files, input: [], byHand };
    const started = await startByHand(context, api, request, {
      identity: identityOf(prepared, results),
      name: prepared.name,
      out,
      isNew: options.new === true,
    });
    const again = commandLine(context.argv);
    if (next === undefined) return finishJob(context, api, { id: started.id, out, again, began: started.began });
    return finishStep(context, api, { id: started.id, out, again, folder: join(folder, 'next'), prepared, next });
  });
};

type Step = { id: string; out: string; again: string; folder: string; prepared: Prepared; next: Question };

/** The pipeline goes on with another step to be asked by hand. */
const finishStep = async (context: CommandContext, api: Api, step: Step): Promise<number> => {
  const { id, out, again, folder, prepared, next } = step;
  const followed = await followJob(context, api, id);
  const exitCode = tellWithoutResults(context, api, followed, again);
  if (exitCode !== null) return exitCode;
  const report: Report = await api.client.report(id);
  const stem = stemFor(prepared.compiled, next.step, undefined);
  const { pipeline, compiled, inputs } = prepared;
  const facts = { pipeline, compiled, inputs, stage: next.number, step: next.step };
  const written = await writeFolder(api.client, id, { folder, stem, withOutputs: false, ...facts });
  const files = await fetchOutputs(api.client, followed.status, out, (file) => !isForSending(file));
  const reasons = await endedReasons(api.client, id, report, next.step);
  const notes = report.warnings.map((warning) => `  note: ${warning}`);
  const { cwd } = context.io;
  const lines = preparedLines(written, { cwd, folder, job: id, reasons: [...reasons, ...notes] });
  context.printer.result(lines.join('\n'));
  const { compiled: _compiled, pipeline: _pipeline, ...told } = written;
  context.printer.json({ job: id, folder, ...told, files, warnings: report.warnings });
  return exitCodeOf(followed.status);
};

type Question = CompiledPipeline['stages'][number];

const nextQuestion = ({ compiled, stage }: Prepared): Question | undefined =>
  compiled.stages.find(({ kind, number }) => kind === 'generate' && number > stage);

const uploadRows = async ({ client }: Pick<Api, 'client'>, folder: string, { rows }: Prepared): Promise<string> => {
  const known = await client.findUpload(rows.sha256);
  return (known ?? (await client.upload(rows.file, { path: join(folder, rows.file) }))).id;
};

/** However they are given, and though one is given twice: the same files are the same collection. */
const inOneOrder = (files: readonly ResultFile[]): ResultFile[] =>
  [...new Map(files.map((file) => [file.sha256, file])).values()].toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));

const identityOf = ({ rows, compiled, stage }: Prepared, results: readonly ResultFile[]): string => {
  const what = [compiled, stage, rows.sha256, results.map(({ sha256 }) => sha256)];
  return `collect-${createHash('sha256').update(JSON.stringify(what)).digest('hex')}`;
};

/** Refuses outputs that would take the place of what they are made from. */
const mustSpareFolder = (out: string, folder: string, prepared: Prepared, results: readonly ResultFile[]): void => {
  const kept = new Set([
    ...['prepared.json', prepared.rows.file, ...prepared.requests.map(({ file }) => file)].map((file) =>
      join(folder, file),
    ),
    ...results.map(({ path }) => path),
  ]);
  const names = prepared.compiled.outputs.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const taken = [...names, 'rejects.jsonl', 'unmatched.jsonl', 'report.json'].find((name) =>
    kept.has(resolve(out, name)),
  );
  if (taken !== undefined)
    throw new UsageError(`The output ${taken} would overwrite a file it is made from. --out DIR names another place.`);
};
