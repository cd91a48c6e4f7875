import type { CreateJob, JobStatus } from '@batchmill/contracts';
import type { Api } from '../api/open-api.ts';
import { checkProviders, providerUse } from '../api/provider-of.ts';
import type { ProviderUse } from '../api/provider-of.ts';
import type { CommandContext } from '../command-context.ts';
import { digestsOf } from '../pipeline-input/digests.ts';
import type { Digest } from '../pipeline-input/digests.ts';
import { loadPipeline } from '../pipeline-input/load-pipeline.ts';
import type { LoadedPipeline } from '../pipeline-input/load-pipeline.ts';
import { localImages } from '../pipeline-input/local-images.ts';
import type { LocalImage } from '../pipeline-input/local-images.ts';
import type { PipelineOptions } from '../pipeline-input/pipeline-options.ts';
import { uploadInputs } from '../pipeline-input/upload-inputs.ts';
import { confirmSpending, mustBeAgreed } from './confirm-spending.ts';
import { estimateCost } from './estimate-cost.ts';
import { knownRun } from './known-runs.ts';
import type { KnownRun } from './known-runs.ts';
import { newKey, runIdentity } from './run-identity.ts';

export type StartOptions = PipelineOptions & { new?: boolean; yes?: boolean; reuse?: string };

/** Everything about a run that can be found out and checked before anything begins. */
export type PreparedRun = {
  loaded: LoadedPipeline;
  images: LocalImage[];
  digests: Digest[];
  use: ProviderUse;
  identity: string;
  /** Idempotency key: with a key that was used before it is that run. */
  key: string;
  /** This run as it was begun here before. */
  known: KnownRun | undefined;
};

/** @throws InputError with every mistake in the pipeline, a file that is not there, a missing key */
export const prepareRun = async (
  context: CommandContext,
  file: string,
  options: StartOptions,
): Promise<PreparedRun> => {
  return prepareLoaded(context, await loadPipeline(file, context.io.cwd, options), options);
};

/** What a job is made of, whoever answers it. */
export type RunData = Pick<PreparedRun, 'loaded' | 'images' | 'digests' | 'identity'>;

/** @throws InputError with every mistake in the pipeline, a file that is not there */
export const prepareData = async (
  context: CommandContext,
  file: string,
  options: PipelineOptions,
): Promise<RunData> => {
  return dataOf(await loadPipeline(file, context.io.cwd, options));
};

const dataOf = async (loaded: LoadedPipeline): Promise<RunData> => {
  const images = await localImages(loaded);
  const digests = await digestsOf(loaded.inputs, images);
  return { loaded, images, digests, identity: runIdentity(loaded.compiled, digests) };
};

/** @throws InputError where a key of the provider is missing */
export const prepareLoaded = async (
  context: CommandContext,
  loaded: LoadedPipeline,
  options: { new?: boolean },
): Promise<PreparedRun> => {
  const use = await providerUse(context, loaded.compiled);
  const data = await dataOf(loaded);
  const { identity } = data;
  const isHere = context.url === undefined && options.new !== true;
  const known = isHere ? await knownRun(context.stateDir, identity) : undefined;
  const key = options.new === true ? newKey(identity) : (known?.key ?? identity);
  return { ...data, use, key, known };
};

/** Checks the key and asks about the money, unless this run was agreed to before. @returns false where the answer is no */
export const agreeToRun = async (
  context: CommandContext,
  api: Api,
  { loaded, use, known }: PreparedRun,
  options: StartOptions,
): Promise<boolean> => {
  if ((await begunJob(api, known)) !== undefined) return true;
  if (use.costsMoney) mustBeAgreed(context, options);
  await checkProviders(context, loaded.compiled);
  if (!use.costsMoney) return true;
  return confirmSpending(context, loaded.compiled, () => estimateCost(api.client, loaded), options);
};

/** The job of a run that was begun here before, and so was agreed to then, if it is still there. */
export const begunJob = async (api: Api, known: KnownRun | undefined): Promise<JobStatus | undefined> =>
  known === undefined ? undefined : api.client.job(known.job).catch(() => undefined);

/** Uploads what the job needs; gives what is to be sent for it. */
export const jobToCreate = async (
  api: Api,
  { loaded, images, digests }: Omit<RunData, 'identity'>,
): Promise<CreateJob> => {
  const { text, file, variables, set, files } = loaded;
  const known = new Map(digests.map((digest) => [digest.path ?? '', digest.sha256]));
  const uploaded = await uploadInputs(api.client, loaded.inputs, images, known);
  return { pipeline: text, pipelineFile: file, variables, set, files, ...uploaded };
};
