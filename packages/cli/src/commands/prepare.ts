import { resolve } from 'node:path';
import { InputError } from '@batchmill/contracts';
import type { CompiledPipeline, DataFile, GenerateStage, Problem, Report } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { withApi } from '../api/open-api.ts';
import { findPrepared } from '../by-hand/prepared-folder.ts';
import { startByHand } from '../by-hand/start-by-hand.ts';
import { endedReasons, preparedLines } from '../by-hand/told-prepared.ts';
import { stemFor, writeFolder } from '../by-hand/write-folder.ts';
import { defineCommand } from '../command-context.ts';
import { commandLine } from '../job/command-line.ts';
import { exitCodeOf } from '../job/exit-code-of.ts';
import { followJob } from '../job/follow-job.ts';
import { mustSpareInputs, mustTakeFiles } from '../job/out-folder.ts';
import { jobToCreate, prepareData } from '../job/prepare-run.ts';
import type { RunData } from '../job/prepare-run.ts';
import { tellWithoutResults } from '../job/tell-end.ts';
import { addPipelineOptions } from '../pipeline-input/pipeline-options.ts';
import type { PipelineOptions } from '../pipeline-input/pipeline-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

type Options = PipelineOptions & { out?: string; name?: string; new?: boolean };

/** Makes the requests of the first step that asks a model, and all files that need no answer. No key, no network. */
export const prepareCommand = defineCommand<Options>({
  name: 'prepare',
  describe: (command) =>
    addPipelineOptions(
      command
        .description('write the requests of the first step into files, without sending them')
        .argument('<pipeline>', 'the pipeline file (YAML or JSON)')
        .option('--out <dir>', 'where they go (default: a folder named like the pipeline, with -by-hand)')
        .option('--name <name>', 'name the files NAME_requests.jsonl (default: by pipeline and step)')
        .option('--new', 'make them anew, even where they were made before'),
    ),
  run: async (context, [file = ''], options) => {
    const run = await prepareData(context, file, options);
    const { loaded, identity } = run;
    const { compiled } = loaded;
    const stage = firstQuestion(compiled);
    const folder = resolve(context.io.cwd, options.out ?? `${compiled.name}-by-hand`);
    const inputs = dataFiles(run);
    mustSpareInputs(folder, compiled, loaded.inputs);
    await mustTakeFiles(folder);
    await mustBeOurs(folder, { compiled, inputs });
    const { text, variables, set, files } = loaded;
    return withApi(context, {}, async (api) => {
      const request = { ...(await jobToCreate(api, run)), byHand: {} };
      const { id } = await startByHand(context, api, request, {
        identity: `prepare-${identity}`,
        name: compiled.name,
        out: folder,
        isNew: options.new === true,
      });
      const followed = await followJob(context, api, id);
      const exitCode = tellWithoutResults(context, api, followed, commandLine(context.argv));
      if (exitCode !== null) return exitCode;
      const report = await api.client.report(id);
      await mustHaveIds(api.client, id, report, stage.step);
      const prepared = await writeFolder(api.client, id, {
        folder,
        stem: stemFor(compiled, stage.step, options.name),
        withOutputs: true,
        pipeline: { text, file: loaded.file, variables, set, files },
        compiled,
        inputs,
        stage: stage.number,
        step: stage.step,
      });
      const reasons = await endedReasons(api.client, id, report, stage.step);
      context.printer.result(preparedLines(prepared, { cwd: context.io.cwd, folder, job: id, reasons }).join('\n'));
      const { compiled: _compiled, pipeline: _pipeline, ...told } = prepared;
      context.printer.json({ job: id, folder, ...told });
      return exitCodeOf(followed.status);
    });
  },
});

const dataFiles = ({ loaded, digests }: RunData): DataFile[] =>
  loaded.inputs.flatMap((input) => {
    const digest = digests.find(({ path }) => input.kind === 'file' && path === input.path);
    if (input.kind !== 'file' || digest === undefined) return [];
    return [{ name: input.name, bytes: input.bytes, sha256: digest.sha256 }];
  });

const firstQuestion = ({ stages, name }: CompiledPipeline): GenerateStage => {
  const stage = stages.find((one) => one.kind === 'generate');
  if (stage?.kind === 'generate') return stage;
  throw new UsageError(
    `The pipeline ${name} asks no model: there is nothing to prepare. \`batchmill run\` needs no key for it.`,
  );
};

/** Answers to the requests that are there may be on their way: they would belong to no row any more. */
const mustBeOurs = async (
  folder: string,
  wanted: { compiled: CompiledPipeline; inputs: DataFile[] },
): Promise<void> => {
  const there = await findPrepared(folder);
  if (there === null) return;
  const isSame = JSON.stringify([there.compiled, there.inputs]) === JSON.stringify([wanted.compiled, wanted.inputs]);
  if (isSame) return;
  throw new UsageError(
    `${folder} holds the requests of another pipeline or of other data. --out DIR names another place; or move that folder away.`,
  );
};

const SHOWN_KEYS = 5;

/** A key is the only thing by which an answer finds back to its row. */
const mustHaveIds = async (client: Client, id: string, report: Report, step: string): Promise<void> => {
  const rows = report.rejectsByReason[`${step}: custom-id`] ?? 0;
  if (rows === 0) return;
  const problems: Problem[] = [];
  for await (const { key, reason } of client.allRows(id, { outcome: 'invalid' })) {
    if (reason?.code !== 'custom-id') continue;
    problems.push({ code: 'custom-id', message: reason.message, place: { row: key }, remedy: OTHER_KEYS });
    if (problems.length === SHOWN_KEYS) break;
  }
  if (rows > problems.length) problems.push({ code: 'custom-id', message: `and ${rows - problems.length} rows more` });
  throw new InputError(problems);
};

const OTHER_KEYS = 'Give the rows short keys, in the pipeline or with --key, such as --key "row-{{ id }}"';
