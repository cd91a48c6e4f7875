import { createHash } from 'node:crypto';
import { InputError, jobAccepted, MAX_RECORD_BYTES, newJobId } from '@batchmill/contracts';
import type {
  ByHand,
  CompiledPipeline,
  CreateJob,
  InputPin,
  JobRecord,
  JobState,
  LineBlobRef,
} from '@batchmill/contracts';
import { keys, RecordTooLargeError } from '@batchmill/ledger';
import type { Ledger } from '@batchmill/ledger';
import { readPipeline } from '@batchmill/pipeline';
import { unpricedModels } from '@batchmill/providers';
import { ApiError } from './api-error.ts';
import { byHandJob } from './by-hand.ts';
import { jobState } from './job-state.ts';
import { pinAssets, pinInputs } from './pin-inputs.ts';
import { checkRoom } from './room-for-work.ts';
import type { Ports } from './routes/ports.ts';

type Accepted = { id: string; state: JobState };
type Pinned = {
  pipeline: CompiledPipeline;
  inputs: InputPin[];
  assets: LineBlobRef | undefined;
  byHand: ByHand | undefined;
};

/**
 * Makes a job durable, then tells ingest. With an idempotency key the same request gives the same job, and completes
 * whatever an interrupted first try has left undone.
 */
export const acceptJob = async (
  ports: Ports,
  tenant: string,
  request: CreateJob,
  idempotencyKey: string | undefined,
): Promise<Accepted> => {
  const { ledger, now } = ports;
  await checkRoom(ports.queues);
  const whole = readPipeline({
    source: request.pipeline,
    ...(request.pipelineFile === undefined ? {} : { file: request.pipelineFile }),
    variables: request.variables ?? {},
    set: request.set ?? {},
    files: request.files ?? {},
  });
  const { pipeline, byHand } =
    request.byHand === undefined
      ? { pipeline: whole, byHand: undefined }
      : await byHandJob(ports, tenant, whole, request.byHand);
  checkProviders(ports, pipeline);
  checkPrices(pipeline);
  const pinned = {
    pipeline,
    inputs: byHand?.rows === undefined ? await pinInputs(ports, tenant, pipeline, request.input) : [],
    assets: await pinAssets(ledger, tenant, request.assets),
    byHand,
  };
  await checkReuse(ledger, tenant, request.reuse);
  let id = newJobId(now());
  if (idempotencyKey !== undefined) id = await claimKey(ledger, tenant, idempotencyKey, id, fingerprint(pinned));
  const job = await makeDurable(ports, { tenant, job: id }, pinned, request);
  return { id, state: (await jobState(ports, job)).state };
};

const makeDurable = async (
  { ledger, queues }: Ports,
  ref: { tenant: string; job: string },
  { pipeline, inputs, assets, byHand }: Pinned,
  { previous, reuse }: Pick<CreateJob, 'previous' | 'reuse'>,
): Promise<JobRecord> => {
  const { record } = await notTooLarge(() =>
    ledger.write(keys.job(ref), {
      ...ref,
      name: pipeline.name,
      pipeline,
      inputs,
      ...(assets === undefined ? {} : { assets }),
      ...(previous === undefined ? {} : { previous }),
      ...(reuse === undefined ? {} : { reuse }),
      ...(byHand === undefined ? {} : { byHand }),
    }),
  );
  const run = { ...ref, run: 1 };
  await ledger.write(keys.run(run), { run: 1, reason: 'first' });
  if ((await ledger.runFacts(run))?.done == null) {
    await ledger.write(keys.openMarker(ref), { run: 1 });
    await queues.send(jobAccepted, run).catch(() => {
      // durable already: the reconciler sends it when the queue is back
    });
  }
  return record;
};

const notTooLarge = async <Made>(write: () => Promise<Made>): Promise<Made> => {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof RecordTooLargeError)) throw error;
    const problem = {
      code: 'pipeline-too-large',
      message: 'the pipeline with all its texts, schemas and inputs is too large',
      expected: `at most ${MAX_RECORD_BYTES} bytes as JSON`,
      remedy: 'Move long lists and texts into fields of the input',
    };
    throw new InputError([problem], { cause: error });
  }
};

/** All providers of the pipeline can be used, or nothing is accepted. */
const checkProviders = ({ providers }: Ports, { stages }: CompiledPipeline): void => {
  const problems = new Map<string, InputError>();
  for (const stage of stages) {
    if (stage.kind !== 'generate' || stage.generate.mode === 'by-hand') continue;
    try {
      providers.get(stage.generate.provider);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.set(stage.generate.provider, error);
    }
  }
  if (problems.size > 0) throw new InputError([...problems.values()].flatMap((error) => [...error.problems]));
};

/** The job whose answers are taken over is there. */
const checkReuse = async (ledger: Ledger, tenant: string, job: string | undefined): Promise<void> => {
  if (job === undefined || (await ledger.exists(keys.job({ tenant, job })))) return;
  const problem = {
    code: 'unknown-job',
    message: 'there is no job whose answers could be reused',
    place: { path: 'reuse' },
    found: job,
    remedy: 'Give the id of a job as GET /v1/jobs lists them',
  };
  throw new InputError([problem]);
};

/** A budget can only be kept for models whose price is known. */
const checkPrices = (pipeline: CompiledPipeline): void => {
  if (pipeline.maxCost === undefined) return;
  const unknown = unpricedModels(pipeline);
  if (unknown.length === 0) return;
  throw new InputError(
    unknown.map((model) => ({
      code: 'unknown-price',
      message: `max_cost cannot be kept: no price is known for the model "${model}"`,
      place: { path: 'max_cost' },
      remedy: 'Leave max_cost out and limit the rows instead, or choose a model with a known price',
    })),
  );
};

const claimKey = async (
  ledger: Ledger,
  tenant: string,
  key: string,
  job: string,
  bodySha256: string,
): Promise<string> => {
  const { record } = await ledger.write(keys.idempotency(tenant, sha256(key).slice(0, 40)), { job, bodySha256 });
  if (record.bodySha256 === bodySha256) return record.job;
  throw new ApiError(422, 'idempotency-key-reused', 'this Idempotency-Key was used for another job', [
    {
      code: 'idempotency-key-reused',
      message: `the key belongs to job ${record.job}, whose pipeline or input is another`,
      remedy: 'Send a new Idempotency-Key for a new job',
    },
  ]);
};

/** What makes a job this job: the compiled pipeline but for its budget, and the bytes of its inputs. */
const fingerprint = ({ pipeline, inputs, assets, byHand }: Pinned): string => {
  const { maxCost: _maxCost, ...rest } = pipeline;
  const pins = inputs.map(({ name, sha256: hash }) => [name, hash]);
  const { rows, answers = [], open } = byHand ?? {};
  const given =
    byHand === undefined ? [] : [[rows?.sha256 ?? null, answers.map((one) => one.sha256), open?.stage ?? null]];
  return sha256(JSON.stringify([rest, pins, assets?.sha256 ?? null, ...given]));
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
