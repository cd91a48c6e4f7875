import { InputError } from '@batchmill/contracts';
import type { BlobRef, ByHand, CompiledPipeline, CreateJob, Stage } from '@batchmill/contracts';
import { outputsReady } from '@batchmill/pipeline';
import { findUploads } from './find-uploads.ts';
import type { Ports } from './routes/ports.ts';

type Collect = NonNullable<NonNullable<CreateJob['byHand']>['collect']>;

/** What of a pipeline a job does that sends nothing, and where its rows and answers are. */
export const byHandJob = async (
  { ledger, providers }: Pick<Ports, 'ledger' | 'providers'>,
  tenant: string,
  whole: CompiledPipeline,
  { collect }: NonNullable<CreateJob['byHand']>,
): Promise<{ pipeline: CompiledPipeline; byHand: ByHand }> => {
  const from = collect === undefined ? 0 : answeredStage(whole.stages, collect);
  const next = whole.stages.findIndex((stage, at) => stage.kind === 'generate' && (collect === undefined || at > from));
  const open = whole.stages[next];
  if (collect === undefined && open === undefined) throw new InputError([nothingToPrepare]);
  const stages = whole.stages.slice(from, open === undefined ? undefined : next + 1).map(unsent);
  const later = whole.stages.slice(from + stages.length);
  // a budget has no meaning where nothing is paid
  const { maxCost: _maxCost, ...pipeline } = whole;
  const given = collect === undefined ? {} : await givenFiles(ledger, tenant, collect, whole.stages.slice(0, from));
  if (open?.kind !== 'generate') return { pipeline: { ...pipeline, stages }, byHand: given };
  const { maxRequests, maxBytes, customIdPattern } = providers.limits(open.generate.provider);
  return {
    pipeline: { ...pipeline, stages, outputs: outputsReady(whole, open.number) },
    byHand: {
      ...given,
      open: {
        stage: open.number,
        limits: {
          requests: Math.min(maxRequests, open.generate.maxRequests ?? maxRequests),
          bytes: maxBytes,
          customId: customIdPattern.source,
        },
      },
      ...(collect?.rows === undefined ? { later: { stages: later, outputs: whole.outputs } } : {}),
    },
  };
};

const answeredStage = (stages: Stage[], { stage: number, rows }: Collect): number => {
  const at = stages.findIndex((stage) => stage.number === number && stage.kind === 'generate');
  if (at === -1 || (rows === undefined && at > 0)) {
    const problem = {
      code: 'unknown-stage',
      message: at === -1 ? 'no step that asks a model has this number' : 'the rows of a later step have to be given',
      place: { path: 'byHand.collect.stage' },
      found: number,
      remedy: 'Take the number from the `prepared.json` that the answers belong to',
    };
    throw new InputError([problem]);
  }
  return at;
};

const givenFiles = async (
  ledger: Ports['ledger'],
  tenant: string,
  { rows, answers, inputs = [] }: Collect,
  stages: Stage[],
): Promise<Pick<ByHand, 'rows' | 'answers' | 'earlier'>> => {
  const ids = [...(rows === undefined ? [] : [rows]), ...answers.map(({ upload }) => upload)];
  const blobs = await findUploads(ledger, tenant, ids);
  const blobOf = (id: string): BlobRef[] => blobs.filter((found) => found.id === id).map(({ blob }) => blob);
  const [rowsBlob] = rows === undefined ? [] : blobOf(rows);
  return {
    ...(rowsBlob === undefined ? {} : { rows: rowsBlob, earlier: { stages, inputs } }),
    answers: answers.flatMap(({ name, upload }) => blobOf(upload).map((blob) => ({ name, ...blob }))),
  };
};

/** Each row is looked at once: there is nobody who could be asked again. */
const unsent = (stage: Stage): Stage =>
  stage.kind === 'generate' ? { ...stage, generate: { ...stage.generate, mode: 'by-hand', retryAttempts: 1 } } : stage;

const nothingToPrepare = {
  code: 'no-generate-step',
  message: 'the pipeline asks no model: there are no requests to prepare',
  remedy: 'Run it with `batchmill run`: it costs nothing and needs no key',
};
