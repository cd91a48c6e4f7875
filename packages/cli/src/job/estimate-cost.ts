import type { Preview } from '@batchmill/contracts';
import type { Client } from '@batchmill/sdk';
import { isFetched } from '../pipeline-input/input-files.ts';
import type { LoadedPipeline } from '../pipeline-input/load-pipeline.ts';
import { localImages } from '../pipeline-input/local-images.ts';
import { sourceRows } from '../pipeline-input/source-rows.ts';
import { uploadInputs } from '../pipeline-input/upload-inputs.ts';

export type Estimate = {
  /** null where the server fetches the input. */
  rows: number | null;
  /** US dollars; null where no price is known. */
  cost: { batch: number; realtime: number } | null;
  /** More steps ask after this one, and what they will be asked is not known yet. */
  isFirstStepOnly: boolean;
};

/** As many rows, from the beginning, give the mean that all are reckoned with. */
const SAMPLE_ROWS = 50;
const SAMPLE_CHARACTERS = 500_000;

/** What the server makes of the first rows, scaled to all of them. Reads the whole input once, to count it. */
export const previewOf = async (
  client: Client,
  loaded: LoadedPipeline,
): Promise<{ preview: Preview | null; rows: number }> => {
  const sample: Record<string, unknown>[] = [];
  let rows = 0;
  let characters = 0;
  for await (const { fields } of sourceRows(loaded.compiled, loaded.inputs)) {
    rows += 1;
    if (sample.length >= SAMPLE_ROWS || characters > SAMPLE_CHARACTERS) continue;
    characters += JSON.stringify(fields).length;
    sample.push(fields);
  }
  if (sample.length === 0) return { preview: null, rows };
  const { text, file, variables, set, files } = loaded;
  const images = await localImages(loaded, sample.length);
  const { assets } = await uploadInputs(client, [], images, new Map());
  const preview = await client.preview({
    pipeline: text,
    pipelineFile: file,
    variables,
    set,
    files,
    rows: sample,
    ...(assets === undefined ? {} : { assets }),
    totalRows: rows,
  });
  return { preview, rows };
};

export const estimateCost = async (client: Client, loaded: LoadedPipeline): Promise<Estimate> => {
  const generating = loaded.compiled.stages.filter(({ kind }) => kind === 'generate').length;
  const isFirstStepOnly = generating > 1;
  if (loaded.inputs.some(isFetched)) return { rows: null, cost: null, isFirstStepOnly };
  const { preview, rows } = await previewOf(client, loaded);
  return { rows, cost: preview?.estimatedCost ?? null, isFirstStepOnly };
};
